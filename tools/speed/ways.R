# R's side of tools/bench.py: for "name given tests" on standard input it does the first so many tests
# of that data set in that way, and prints the seconds of processor time that it took, then the statistics.
ready <- suppressWarnings(suppressMessages(require(survival, quietly = TRUE)))
if (!ready) quit(status = 1)
file <- commandArgs(trailingOnly = TRUE)[1]
cat(sprintf("%s, R %s.%s\n", packageVersion("survival"), R.version$major, R.version$minor))

control <- coxph.control()
ways <- list(
  survdiff = function(p) survdiff(Surv(p$time, p$event) ~ p$treated)$chisq,
  survdiff.fit = function(p) {
    fit <- survival:::survdiff.fit(p$y, p$treated)
    (fit$observed[1] - fit$expected[1])^2 / fit$var[1, 1]
  },
  coxph = function(p) coxph(Surv(p$time, p$event) ~ p$treated)$coefficients[[1]],
  coxph.fit = function(p) {
    survival:::coxph.fit(
      p$x, p$y, NULL, NULL, NULL, control, NULL, "efron", NULL, resid = FALSE
    )$coefficients[[1]]
  }
)

given <- list()
input <- file("stdin")
open(input)
while (length(line <- readLines(input, n = 1)) == 1) {
  words <- strsplit(line, " ")[[1]]
  if (words[1] == "read") {
    table <- read.csv(file)
    given[[length(given) + 1]] <- lapply(split(table, table$piece), function(p) list(
      time = p$time, event = p$event, treated = p$treated,
      y = Surv(p$time, p$event), x = cbind(treated = as.double(p$treated))
    ))
    cat(length(given), "\n")
    next
  }
  way <- ways[[words[1]]]
  some <- given[[as.integer(words[2])]][seq_len(as.integer(words[3]))]
  answers <- numeric(length(some))
  start <- proc.time()
  for (i in seq_along(some)) answers[i] <- way(some[[i]])
  spent <- sum((proc.time() - start)[1:2])
  cat(spent, format(answers, digits = 17), "\n")
}
