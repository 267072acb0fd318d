# Every target is one line that calls Python, so that Windows has the same commands without make:
#   py -3.12 tools/course.py serve
PYTHON ?= python3

.PHONY: setup serve site test lab notebooks exercises bench
setup serve site test lab notebooks exercises bench:
	@$(PYTHON) tools/course.py $@
