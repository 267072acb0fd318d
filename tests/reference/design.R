# Reference values for tests/unit/test_design.py, test_arms.py and test_sequential.py, from rpact,
# mvtnorm and base R.
#
#   apt-get install r-cran-rpact r-cran-mvtnorm
#   Rscript tests/reference/design.R > tests/reference/design.csv
#
# Made with R 4.2.2, rpact 3.3.4 and mvtnorm 1.1-3. R is not needed to run the tests.

suppressMessages(library(rpact))
library(mvtnorm)

emit <- function(what, value) {
  for (i in seq_along(value)) cat(sprintf("%s,%d,%.12g\n", what, i - 1, value[i]))
}
cat("what,place,value\n")

# One comparison
for (hr in c(0.5, 0.6, 0.88)) {
  for (sides in 1:2) {
    d <- getSampleSizeSurvival(sided = sides, alpha = 0.01 * sides, beta = 0.1, hazardRatio = hr,
                               pi2 = 0.5, typeOfComputation = "Schoenfeld")
    emit(sprintf("events.%g.%d", hr, sides), d$eventsFixed)
  }
}
d <- getSampleSizeSurvival(sided = 1, alpha = 0.025, beta = 0.2, hazardRatio = 0.7, pi2 = 0.5,
                           allocationRatioPlanned = 2, typeOfComputation = "Schoenfeld")
emit("events.two_to_one", d$eventsFixed)
emit("patients.proportions",
     power.prop.test(p1 = 0.041, p2 = 0.082, power = 0.9, sig.level = 0.05, tol = 1e-12)$n)
emit("power.proportions",
     power.prop.test(n = 200, p1 = 0.3, p2 = 0.42, sig.level = 0.05, strict = TRUE)$power)
emit("power.proportions.one_sided",
     power.prop.test(n = 123, p1 = 0.041, p2 = 0.082, sig.level = 0.01, alternative = "one")$power)
emit("none.of.123", binom.test(0, 123, alternative = "less")$conf.int[2])
wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int
newcombe <- function(x1, n1, x0, n0) {
  a <- wilson(x1, n1)
  b <- wilson(x0, n0)
  d <- x1 / n1 - x0 / n0
  c(d - sqrt((x1 / n1 - a[1])^2 + (b[2] - x0 / n0)^2),
    d + sqrt((a[2] - x1 / n1)^2 + (x0 / n0 - b[1])^2))
}
emit("newcombe.9.124.5.123", newcombe(9, 124, 5, 123))

# Events of arms
p <- getEventProbabilities(time = 30, accrualTime = c(0, 18), accrualIntensity = 10, lambda2 = 0.05,
                           lambda1 = 0.03, dropoutRate1 = 0.1, dropoutRate2 = 0.1, dropoutTime = 12,
                           allocationRatioPlanned = 1, maxNumberOfSubjects = 180)
emit("event_probability", c(p$eventProbabilities2, p$eventProbabilities1))

# Correlated contrasts: two doses and a control, drifts 2.5 and 1.5, levels one-sided 2.5%
r <- matrix(c(1, 0.5, 0.5, 1), 2)
z <- qnorm(0.975)
one <- 1 - pmvnorm(upper = c(z, z), mean = c(2.5, 1.5), corr = r, algorithm = Miwa(steps = 4000))
all <- pmvnorm(lower = c(z, z), mean = c(2.5, 1.5), corr = r, algorithm = Miwa(steps = 4000))
emit("together.one_sided", c(one, all))

# Looks
times <- c(0.3, 0.6, 1)
for (shape in c("OF", "P")) {
  for (sides in 1:2) {
    d <- getDesignGroupSequential(informationRates = times, alpha = 0.01, sided = sides, beta = 0.1,
                                  typeOfDesign = paste0("as", shape), tolerance = 1e-10)
    emit(sprintf("upper.%s.%d", shape, sides), d$criticalValues)
    emit(sprintf("drift.%s.%d", shape, sides), sqrt(getDesignCharacteristics(d)$shift))
  }
  d <- getDesignGroupSequential(informationRates = times, alpha = 0.025, beta = 0.1, sided = 1,
                                typeOfDesign = paste0("as", shape), bindingFutility = FALSE,
                                typeBetaSpending = paste0("bs", shape), tolerance = 1e-10)
  emit(sprintf("futility.upper.%s", shape), d$criticalValues)
  emit(sprintf("futility.lower.%s", shape), d$futilityBounds)
  emit(sprintf("futility.drift.%s", shape), sqrt(getDesignCharacteristics(d)$shift))
}
for (delta in c(0, 0.25, 0.5)) {
  d <- getDesignGroupSequential(kMax = 5, alpha = 0.05, sided = 2, typeOfDesign = "WT",
                                deltaWT = delta, tolerance = 1e-10)
  emit(sprintf("classical.%g", delta), d$criticalValues)
}
# Two looks so close that a coarse grid would miss it: bounds found by pmvnorm.
times <- c(0.5, 0.502, 1)
r <- outer(times, times, function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
used <- 0.025 * log(1 + (exp(1) - 1) * times)
z <- qnorm(1 - used[1])
for (k in 2:3) {
  excess <- function(x) {
    set.seed(1)
    1 - pmvnorm(upper = c(z, x), corr = r[1:k, 1:k], algorithm = Miwa(steps = 4000)) - used[k]
  }
  z <- c(z, uniroot(excess, c(1, 5), tol = 1e-12)$root)
}
emit("close", z)
