# Reference values for tests/unit/test_multiplicity.py, from base R.
#
#   Rscript tests/reference/multiplicity.R > tests/reference/multiplicity.csv
#
# Made with R 4.2.2. R is not needed to run the tests.

emit <- function(what, method, at, value) cat(sprintf("%s,%s,%s,%.17g\n", what, method, at, value))
cat("what,method,at,value\n")

# Adjusted p values. A missing p is no test.
sets <- list(
  few = c(0.01, 0.04, 0.03),
  printed = c(0.003, 0.01, 0.012, 0.2, 0.33, 0.049),
  tied = c(0.02, 0.02, 0.5, 0.02, 1, 0),
  missing = c(0.012, NA, 0.03, 0.2, NA, 0.011),
  many = (1:20)^2 / 1000,
  alone = 0.04
)
for (set in names(sets)) {
  p <- sets[[set]]
  for (i in seq_along(p)) emit(set, "raw", i - 1, p[i])
  for (method in c("bonferroni", "holm", "hochberg", "hommel")) {
    adjusted <- p.adjust(p, method)
    for (i in seq_along(p)) emit(set, method, i - 1, adjusted[i])
  }
}

# The largest of m normal variables with the same correlation r between any two, by integrating
# over what they have in common (Dunnett's problem in very large samples).
reaches <- function(z, m, r, sides) {
  inner <- function(x) {
    below <- pnorm((z - sqrt(r) * x) / sqrt(1 - r))
    if (sides == 2) below <- below - pnorm((-z - sqrt(r) * x) / sqrt(1 - r))
    dnorm(x) * (1 - below^m)
  }
  integrate(inner, -10, 10, rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000)$value
}
for (sides in 1:2) for (r in c(0.25, 0.5, 0.866)) for (m in 2:4) for (z in c(0.7, 1.96, 3))
  emit("max", sprintf("%d sides m %d r %g", sides, m, r), sprintf("%g", z),
       reaches(z, m, r, sides))
for (sides in 1:2) for (m in 2:5) {
  value <- uniroot(function(z) reaches(z, m, 0.5, sides) - 0.05, c(1, 4), tol = 1e-12)$root
  emit("critical", sprintf("%d sides", sides), m, value)
}
