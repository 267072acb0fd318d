# Reference values for tests/unit/test_forensics.py, from base R and printed intervals.
#
#   Rscript tests/reference/forensics.R > tests/reference/forensics.csv
#
# Made with R 4.2.2. R is not needed to run the tests.

se <- function(l, u, level = 0.95) (log(u) - log(l)) / (2 * qnorm((1 + level) / 2))
emit <- function(what, value) cat(sprintf("%s,%.17g\n", what, value))
cat("what,value\n")

printed <- list("whole.50" = c(0.92, 0.65, 1.32), "whole.both" = c(0.88, 0.64, 1.20),
                "whole.25" = c(0.83, 0.58, 1.20), "early.50" = c(0.50, 0.27, 0.93),
                "early.both" = c(0.57, 0.35, 0.92), "early.25" = c(0.64, 0.38, 1.09))
for (name in names(printed)) {
  x <- printed[[name]]
  z <- log(x[1]) / se(x[2], x[3])
  emit(paste0(name, ".z"), z)
  emit(paste0(name, ".two_sided"), 2 * pnorm(-abs(z)))
}
# Regressing two estimates on nothing with weights 1/se^2 is the inverse-variance average,
# so the complement is the value that makes lm() give back the whole.
for (dose in c("25", "50", "both")) {
  w <- printed[[paste0("whole.", dose)]]
  e <- printed[[paste0("early.", dose)]]
  weight <- c(se(e[2], e[3]), NA)^-2
  weight[2] <- se(w[2], w[3])^-2 - weight[1]
  average <- function(late) unname(coef(lm(c(log(e[1]), late) ~ 1, weights = weight)))
  late <- uniroot(function(x) average(x) - log(w[1]), c(-5, 5), tol = 1e-14)$root
  emit(paste0("late.", dose), exp(late))
  emit(paste0("late.", dose, ".lower"), exp(late + qnorm(0.025) / sqrt(weight[2])))
  emit(paste0("late.", dose, ".upper"), exp(late + qnorm(0.975) / sqrt(weight[2])))
  z <- (log(e[1]) - late) / sqrt(sum(1 / weight))
  emit(paste0("interaction.", dose, ".z"), z)
  emit(paste0("interaction.", dose, ".p"), 2 * pnorm(-abs(z)))
}
# A normal prior is one more observation with its own weight.
e <- printed[["early.both"]]
fit <- lm(c(log(e[1]), 0) ~ 1, weights = c(se(e[2], e[3]), 0.35)^-2)
emit("shrunk.both.sd035", exp(unname(coef(fit))))
# The tails that the forensic tools compute without a library.
for (df in c(1, 2, 5, 30, 127)) {
  emit(sprintf("t.quantile.%d", df), qt(0.975, df))
  emit(sprintf("t.tail.%d", df), pt(2.5, df, lower.tail = FALSE))
}
for (df in c(1, 2, 3, 6, 20)) emit(sprintf("chi2.tail.%d", df), pchisq(7.7, df, lower.tail = FALSE))

# Adverse events by arm, the newspaper's table, a table with an empty cell, a large one.
tables <- list("safety" = c(9, 124, 5, 123), "newspaper" = c(11, 18, 0, 16),
               "small" = c(3, 7, 1, 5), "large" = c(430, 1000, 380, 950))
for (name in names(tables)) {
  x <- tables[[name]]
  m <- matrix(c(x[1], x[2] - x[1], x[3], x[4] - x[3]), 2)
  emit(paste0("fisher.", name, ".two"), fisher.test(m)$p.value)
  emit(paste0("fisher.", name, ".less"), fisher.test(m, alternative = "less")$p.value)
  emit(paste0("fisher.", name, ".greater"), fisher.test(m, alternative = "greater")$p.value)
}
# Early and other patients by arm; age under 65 and over by arm.
for (case in list(list("early", c(48, 54, 42, 75, 70, 81), 3), list("age", c(61, 77, 65, 62, 47, 58), 3))) {
  test <- chisq.test(matrix(case[[2]], case[[3]]), correct = FALSE)
  emit(paste0("chi2.", case[[1]], ".statistic"), unname(test$statistic))
  emit(paste0("chi2.", case[[1]], ".p"), test$p.value)
}
# Fieller by hand: where (a - r b)^2 = q^2 (va - 2 r c + r^2 vb), found by root search.
se <- (3.50 - 0.44) / (2 * qnorm(0.975))
a <- 1.97; b <- 4.63; va <- se^2; vb <- se^2 / 2; covariance <- se^2 / 2
off <- function(r) (a - r * b)^2 - qnorm(0.975)^2 * (va - 2 * r * covariance + r^2 * vb)
emit("fieller.lower", uniroot(off, c(-2, a / b), tol = 1e-15)$root)
emit("fieller.upper", uniroot(off, c(a / b, 2), tol = 1e-15)$root)
# The SD behind the interval of a difference of two means, by t.
emit("sd.jetals", (3.50 - 0.44) / (2 * qt(0.975, 127)) / sqrt(1 / 65 + 1 / 64))
