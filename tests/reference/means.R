# Reference values for tests/unit/test_means.py, from base R.
#
#   Rscript tests/reference/means.R > tests/reference/means.csv
#
# Made with R 4.2.2. R is not needed to run the tests.

emit <- function(what, value) {
  for (i in seq_along(value)) cat(sprintf("%s,%d,%.12g\n", what, i - 1, value[i]))
}
cat("what,place,value\n")

# The example that R ships: extra hours of sleep, ten patients, two drugs
one <- sleep$extra[sleep$group == 1]
two <- sleep$extra[sleep$group == 2]
emit("sleep.one", one)
emit("sleep.two", two)
for (test in list(list("within", t.test(two)),
                  list("between", t.test(two, one, var.equal = TRUE)))) {
  h <- test[[2]]
  emit(test[[1]], c(h$statistic, h$parameter, h$p.value, h$conf.int, h$stderr))
}
for (df in c(1, 2, 3, 11, 22, 97)) emit(sprintf("p.%d", df), 2 * pt(-c(0, 0.5, 2.074, 6), df))
for (df in c(1, 2, 11, 22)) emit(sprintf("critical.%d", df), qt(1 - c(0.05, 0.01) / 2, df))
for (n in c(2, 6, 12, 60)) {
  d <- c(0.2, 0.6, 1.2)
  emit(sprintf("power.%d", n), sapply(d, function(each)
    power.t.test(n, each, type = "one.sample", strict = TRUE)$power))
}
