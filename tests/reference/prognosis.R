# Reference values for tests/unit/test_prognosis.py.
#
#   Rscript tests/reference/prognosis.R LIFELINES_DATASETS > tests/reference/prognosis.csv
#
# LIFELINES_DATASETS is the folder that holds the csv files which lifelines ships (see survival.R).
# Made with R 4.2.2 and survival 3.5-3. R is not needed to run the tests.

suppressPackageStartupMessages(library(survival))
rossi <- read.csv(file.path(commandArgs(trailingOnly = TRUE)[1], "rossi.csv"))
terms <- c("fin", "age", "race", "wexp", "mar", "paro", "prio")
rossi$age <- rossi$age / 10
rossi$prio <- rossi$prio / 10
rossi$twice <- 1 + (seq_len(nrow(rossi)) %% 3 == 0) # every third patient counts twice
say <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
model <- function(terms, weights)
  coxph(reformulate(terms, "Surv(week, arrest)"), rossi, weights = weights, ties = "breslow",
        robust = FALSE)

say("weights", "quantity", "term", "value")
rossi$once <- 1
for (name in c("once", "twice")) {
  rossi$w <- rossi[[name]]
  fit <- model(terms, rossi$w)
  for (term in terms) {
    say(name, "log_hr", term, format(coef(fit)[[term]], digits = 12))
    say(name, "se", term, format(sqrt(diag(vcov(fit)))[[term]], digits = 12))
  }
  left <- terms
  for (step in seq_along(terms)) {
    p <- summary(model(left, rossi$w))$coefficients[, "Pr(>|z|)"]
    worst <- which.max(p)
    say(name, paste("removed", step), left[worst], format(p[[worst]], digits = 12))
    left <- left[-worst]
  }
}
