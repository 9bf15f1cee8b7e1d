# A tree of the CRAN package rpart, for randsplit eval data.csv -t y -m cmd:'Rscript examples/rpart.R {train} {test} {out}'
#
# Without pruning, and no deeper than the fourth argument, 3 if there is none. Gaps in the features may stay gaps.
library(rpart)

arguments <- commandArgs(trailingOnly = TRUE)
depth <- if (length(arguments) > 3) as.integer(arguments[4]) else 3
train <- read.csv(arguments[1], check.names = FALSE, stringsAsFactors = TRUE)
test <- read.csv(arguments[2], check.names = FALSE)
target <- names(train)[ncol(train)]

for (column in names(test)) {
  if (is.factor(train[[column]])) {
    # A level that no train row has is a gap.
    test[[column]] <- factor(as.character(test[[column]]), levels = levels(train[[column]]))
  }
}

numbers <- is.numeric(train[[target]])
train[[target]] <- if (numbers) train[[target]] else factor(train[[target]])
model <- rpart(
  as.formula(paste0("`", target, "` ~ .")),
  data = train,
  method = if (numbers) "anova" else "class",
  control = rpart.control(cp = 0, minsplit = 2, minbucket = 1, maxdepth = depth, xval = 0)
)
out <- if (numbers) data.frame(prediction = predict(model, test)) else as.data.frame(predict(model, test))
write.csv(out, arguments[3], row.names = FALSE)
