# Reference values for tests/unit/test_twin_jetals.py, from base R and nlme.
#
#   Rscript tests/reference/jetals.R data/synthetic/jetals.csv > tests/reference/jetals.csv
#
# Made with R 4.2.2 and nlme 3.1-162. R is not needed to run the tests.

suppressMessages(library(nlme))
patients <- read.csv(commandArgs(trailingOnly = TRUE)[1])
patients$treated <- as.integer(patients$arm != "placebo")
emit <- function(what, value) cat(sprintf("%s,%.17g\n", what, value))
cat("what,value\n")

# Analysis of covariance of the change to week 16; means at the mean first score.
covariance <- function(people, name) {
  people <- people[!is.na(people$alsfrs_change), ]
  people$first <- people$alsfrs_w0 - mean(people$alsfrs_w0)
  fit <- lm(alsfrs_change ~ treated + first, people)
  found <- summary(fit)$coefficients["treated", ]
  emit(paste0(name, ".difference"), found[1])
  emit(paste0(name, ".lower"), confint(fit)["treated", 1])
  emit(paste0(name, ".upper"), confint(fit)["treated", 2])
  emit(paste0(name, ".p"), found[4])
  means <- predict(fit, data.frame(treated = 0:1, first = 0), interval = "confidence")
  for (arm in 1:2) for (part in c("fit", "lwr", "upr"))
    emit(paste(name, c("placebo", "treated")[arm], part, sep = "."), means[arm, part])
}
covariance(patients, "everyone")
covariance(patients[patients$riluzole == "true", ], "users")

# Mixed model for repeated measures: every visit, unstructured covariance, REML.
weeks <- c(4, 8, 12, 16)
visits <- do.call(rbind, lapply(weeks, function(week) data.frame(
  patient = patients$patient, treated = patients$treated, visit = week,
  first = patients$alsfrs_w0 - mean(patients$alsfrs_w0),
  change = patients[[paste0("alsfrs_w", week)]] - patients$alsfrs_w0)))
visits <- visits[!is.na(visits$change), ]
visits <- visits[order(visits$patient, visits$visit), ]
visits$week <- relevel(factor(visits$visit), "16")
visits$place <- match(visits$visit, weeks)
fit <- gls(change ~ treated * week + first, visits,
           correlation = corSymm(form = ~ place | patient), weights = varIdent(form = ~ 1 | visit))
found <- summary(fit)$tTable["treated", ]
emit("mmrm.difference", found[1])
emit("mmrm.se", found[2])
