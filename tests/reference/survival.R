# Reference values for tests/unit/test_survival.py and test_ranks.py.
#
#   Rscript tests/reference/survival.R LIFELINES_DATASETS tests/reference/heavy_ties.csv \
#       > tests/reference/survival.csv
#
# LIFELINES_DATASETS is the folder that holds the csv files which lifelines ships:
#   python -c "import lifelines.datasets as d; print(d.__path__[0])"
# Made with R 4.2.2 and survival 3.5-3. R is not needed to run the tests.

suppressPackageStartupMessages(library(survival))
argument <- commandArgs(trailingOnly = TRUE)
folder <- argument[1]

frame <- function(time, event, treated, value, stratum)
  data.frame(time = time, event = event, treated = as.integer(treated), value = value,
             stratum = stratum)

rossi <- read.csv(file.path(folder, "rossi.csv"))
waltons <- read.csv(file.path(folder, "waltons_dataset.csv"))
lung <- read.csv(file.path(folder, "lung.csv"))
leukemia <- read.table(file.path(folder, "anderson.csv"), header = TRUE)

data <- list(
  rossi = with(rossi, frame(week, arrest, fin, age, race)),
  waltons = with(waltons, frame(T, E, group == "miR-137", T, E)),
  lung = with(lung, frame(time, status, sex == 2, age, age > 65)),
  leukemia = with(leukemia, frame(t, status, Rx, logWBC, sex)),
  heavy_ties = read.csv(argument[2])
)

emit <- function(set, what, value) cat(sprintf("%s,%s,%.17g\n", set, what, value))

logrank <- function(set, name, formula, d, rho = 0) {
  s <- survdiff(formula, d, rho = rho)
  both <- function(x) if (is.matrix(x)) rowSums(x) else x
  emit(set, paste0(name, ".observed"), both(s$obs)[2])
  emit(set, paste0(name, ".expected"), both(s$exp)[2])
  emit(set, paste0(name, ".variance"), s$var[2, 2])
  emit(set, paste0(name, ".chi2"), s$chisq)
}

cat("set,what,value\n")
for (set in names(data)) {
  d <- data[[set]]
  logrank(set, "logrank", Surv(time, event) ~ treated, d)
  logrank(set, "logrank.rho1", Surv(time, event) ~ treated, d, rho = 1)
  logrank(set, "logrank.rho0.5", Surv(time, event) ~ treated, d, rho = 0.5)
  logrank(set, "logrank.strata", Surv(time, event) ~ treated + strata(stratum), d)
  logrank(set, "logrank.rho1.strata", Surv(time, event) ~ treated + strata(stratum), d, rho = 1)
  for (ties in c("efron", "breslow")) {
    fit <- coxph(Surv(time, event) ~ treated, d, ties = ties,
                 control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
    emit(set, paste0("cox.", ties, ".log_hr"), coef(fit))
    emit(set, paste0("cox.", ties, ".se"), sqrt(vcov(fit)[1, 1]))
    emit(set, paste0("cox.", ties, ".z"), summary(fit)$coefficients[1, "z"])
    emit(set, paste0("cox.", ties, ".p_two_sided"), summary(fit)$coefficients[1, "Pr(>|z|)"])
    emit(set, paste0("cox.", ties, ".score_chi2"), fit$score)
  }
  curve <- survfit(Surv(time, event) ~ 1, d)
  for (q in c(0.25, 0.5, 0.75))
    emit(set, sprintf("km.quartile.%g", q), quantile(curve, q)$quantile)
  days <- unique(unname(quantile(d$time, c(0.1, 0.5, 0.9), type = 1)))
  for (day in days)
    emit(set, sprintf("km.survival.%g", day), summary(curve, times = day)$surv)
  for (kind in c("log-log", "log", "plain")) {
    banded <- survfit(Surv(time, event) ~ 1, d, conf.type = kind, conf.int = 0.9)
    for (day in days) {
      at <- summary(banded, times = day)
      emit(set, sprintf("km.%s.lower.%g", kind, day), at$lower)
      emit(set, sprintf("km.%s.upper.%g", kind, day), at$upper)
    }
    limits <- quantile(banded, c(0.25, 0.5, 0.75))
    for (i in 1:3) {
      emit(set, sprintf("km.%s.quartile_lower.%d", kind, i - 1), limits$lower[i])
      emit(set, sprintf("km.%s.quartile_upper.%d", kind, i - 1), limits$upper[i])
    }
  }
  # Up to the median patient's time, and to a horizon after everyone's.
  for (horizon in c(median(d$time), 2 * max(d$time))) {
    mean <- summary(curve, rmean = horizon)$table
    emit(set, sprintf("rmean.%g.mean", horizon), mean["rmean"])
    emit(set, sprintf("rmean.%g.se", horizon), mean["se(rmean)"])
  }
  w <- suppressWarnings(wilcox.test(d$value[d$treated == 1], d$value[d$treated == 0],
                                    correct = FALSE, exact = FALSE))
  emit(set, "wilcoxon.statistic", w$statistic)
  emit(set, "wilcoxon.p_two_sided", w$p.value)
  one <- suppressWarnings(wilcox.test(d$value[d$treated == 1], d$value[d$treated == 0],
                                      alternative = "greater", correct = FALSE, exact = FALSE))
  emit(set, "wilcoxon.p_one_sided", one$p.value)
}

# Log-rank scores are the martingale residuals of a Cox model without covariates.
null <- coxph(Surv(t, status) ~ 1, leukemia, ties = "breslow")
scores <- residuals(null, type = "martingale")
for (i in seq_along(scores)) emit("leukemia", sprintf("score.%d", i - 1), scores[i])

# What R says of cells without a comparison.
empty <- data.frame(time = 1:6, event = 0, treated = c(0, 1, 0, 1, 0, 1))
emit("all_censored", "logrank.variance", survdiff(Surv(time, event) ~ treated, empty)$var[2, 2])
monotone <- data.frame(time = 1:6, event = c(1, 0, 1, 0, 1, 0), treated = c(0, 1, 0, 1, 0, 1))
fit <- suppressWarnings(coxph(Surv(time, event) ~ treated, monotone))
emit("monotone", "cox.efron.log_hr", coef(fit))
s <- survdiff(Surv(time, event) ~ treated, monotone)
emit("monotone", "logrank.chi2", s$chisq)
emit("monotone", "cox.efron.score_chi2", fit$score)
