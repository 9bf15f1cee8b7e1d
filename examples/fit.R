# A model in R, for randsplit eval data.csv -t y -m cmd:'Rscript examples/fit.R {train} {test} {out}'
#
# The target is the last column of the train rows: of numbers a linear model is fitted, of two classes a logistic one.
paths <- commandArgs(trailingOnly = TRUE)
train <- read.csv(paths[1], check.names = FALSE, stringsAsFactors = TRUE)
test <- read.csv(paths[2], check.names = FALSE)
target <- names(train)[ncol(train)]

for (column in names(test)) {
  if (is.factor(train[[column]])) {
    # A level that no train row has is taken as the first one.
    known <- levels(train[[column]])
    level <- as.character(test[[column]])
    level[!(level %in% known)] <- known[1]
    test[[column]] <- factor(level, levels = known)
  }
}

y <- train[[target]]
formula <- as.formula(paste0("`", target, "` ~ ."))
if (is.numeric(y)) {
  model <- glm(formula, data = train, family = gaussian())
  out <- data.frame(prediction = predict(model, test))
} else {
  train[[target]] <- y <- factor(y)
  stopifnot(nlevels(y) == 2)
  model <- glm(formula, data = train, family = binomial())
  second <- predict(model, test, type = "response")
  out <- data.frame(1 - second, second)
  names(out) <- levels(y)
}
write.csv(out, paths[3], row.names = FALSE)
