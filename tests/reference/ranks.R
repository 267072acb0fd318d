# Reference values for tests/unit/test_ranks.py: shifts with their limits, and stratified tests.
#
#   Rscript tests/reference/ranks.R LIFELINES_DATASETS tests/reference/heavy_ties.csv \
#       > tests/reference/ranks.csv
#
# LIFELINES_DATASETS is the folder that holds the csv files which lifelines ships:
#   python -c "import lifelines.datasets as d; print(d.__path__[0])"
# Made with R 4.2.2. R is not needed to run the tests.

argument <- commandArgs(trailingOnly = TRUE)
folder <- argument[1]

frame <- function(treated, value, stratum)
  data.frame(treated = as.integer(treated), value = value, stratum = stratum)

rossi <- read.csv(file.path(folder, "rossi.csv"))
waltons <- read.csv(file.path(folder, "waltons_dataset.csv"))
lung <- read.csv(file.path(folder, "lung.csv"))
leukemia <- read.table(file.path(folder, "anderson.csv"), header = TRUE)
ties <- read.csv(argument[2])

data <- list(
  rossi = with(rossi, frame(fin, age, race)),
  waltons = with(waltons, frame(group == "miR-137", T, E)),
  lung = with(lung, frame(sex == 2, age, age > 65)),
  leukemia = with(leukemia, frame(Rx, logWBC, sex)),
  heavy_ties = with(ties, frame(treated, value, stratum)),
  # No ties: the permeability constants of ?wilcox.test (Hollander & Wolfe, table 4.1).
  permeability = frame(rep(1:0, c(10, 5)),
                       c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46,
                         1.15, 0.88, 0.90, 0.74, 1.21), 0)
)

emit <- function(set, what, value) cat(sprintf("%s,%s,%.17g\n", set, what, value))

# z of the rank sum in strata. The variance is that of a sum of ranks drawn without replacement,
# from the ranks themselves, so that it needs no formula for ties.
stratified <- function(d, weight) {
  parts <- sapply(split(d, d$stratum), function(s) {
    n <- nrow(s); n1 <- sum(s$treated); n0 <- n - n1
    if (n1 == 0 || n0 == 0) return(c(0, 0))
    w <- suppressWarnings(wilcox.test(s$value[s$treated == 1], s$value[s$treated == 0],
                                      exact = FALSE, correct = FALSE))$statistic
    c(weight(n) * (w - n1 * n0 / 2), weight(n)^2 * n1 * n0 / n * var(rank(s$value)))
  })
  sum(parts[1, ]) / sqrt(sum(parts[2, ]))
}

cat("set,what,value\n")
for (set in names(data)) {
  d <- data[[set]]
  x <- d$value[d$treated == 1]; y <- d$value[d$treated == 0]
  emit(set, "shift", median(outer(x, y, "-")))
  for (level in c(0.95, 0.8)) {
    # Without an exact p R looks for the limits by root finding, here to within 1e-10.
    w <- suppressWarnings(wilcox.test(x, y, conf.int = TRUE, conf.level = level, exact = FALSE,
                                      correct = FALSE, tol.root = 1e-10))
    emit(set, sprintf("lower.%g", level), w$conf.int[1])
    emit(set, sprintf("upper.%g", level), w$conf.int[2])
  }
  if (!anyDuplicated(d$value)) {
    w <- wilcox.test(x, y, conf.int = TRUE, exact = TRUE)
    emit(set, "exact.shift", w$estimate)
    emit(set, "exact.lower", w$conf.int[1])
    emit(set, "exact.upper", w$conf.int[2])
  }
  emit(set, "van_elteren.z", stratified(d, function(n) 1 / (n + 1)))
}
