//! From the text of a claim to its expression, by recursive descent:
//!
//! ```text
//! claim      = sum comparison sum
//! sum        = product { ("+" | "-") product }
//! product    = factor { ("*" | "/") factor }
//! factor     = "-" factor | number ["%"] | constant | figure | "(" sum ")" | [model "."] statistic "(" score ")"
//! figure     = [model "."] name { "." name }
//! score      = [model "."] metric                in share also: score comparison (sum | score)
//! statistic  = one of STATISTICS, such as worst, share or p05
//! ```

use super::expression::{Comparison, Expression, Figure, Offset, Operation, Score, Statement, Term};
use super::statistic::{Named, STATISTICS, named};
use super::token::{Mistake, Token, tokens};
use crate::error::{Error, Result, did_you_mean};
use crate::escape::terminal;
use crate::names::listed;

/// Numbers that go by a name; any other name is a figure.
const CONSTANTS: [&str; 1] = ["cost"];

/// Parentheses within parentheses: more is a mistake, and would only fill the stack.
const DEEPEST: usize = 100;
/// Operations of a claim: a chain of them is as deep as it is long.
const MOST_OPERATIONS: usize = 200;
/// Characters of a claim that are shown on either side of a mistake.
const SHOWN: usize = 80;

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    /// One past the last character.
    end: usize,
    depth: usize,
    operations: usize,
}

impl Statement {
    /// Reads a claim.
    ///
    /// # Errors
    /// An input error that points at the character where reading stopped.
    pub fn parse(text: &str) -> Result<Self> {
        read(text).map_err(|mistake| pointed(text, &mistake))
    }
}

/// An error that points at a character of a claim.
pub fn pointed(text: &str, mistake: &Mistake) -> Error {
    // A claim of several lines, or with tabs, still has one line here.
    let line: Vec<char> = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let (from, to) = (mistake.at.saturating_sub(SHOWN).min(line.len()), (mistake.at + SHOWN).min(line.len()));
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    // The mark stands under the character as it is shown.
    let shown = |part: &[char]| terminal::text(&part.iter().collect::<String>()).into_owned();
    let at = mistake.at.min(line.len());
    let left = format!("{before}{}", shown(&line[from.min(at)..at]));
    let below = [
        format!("  {left}{}{after}", shown(&line[at..to.max(at)])),
        format!("  {}^", " ".repeat(left.chars().count())),
    ];
    Error::claim(&mistake.what).at(format!("character {}", mistake.at + 1)).with_lines(&below)
}

fn read(text: &str) -> Result<Statement, Mistake> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.chars().count(), depth: 0, operations: 0 };
    let left = parser.sum()?;
    let at = parser.at();
    let comparison = match parser.take() {
        Some(Token::Comparison(c)) => c,
        None => return Err(Mistake::new(at, "a claim compares: add >=, >, <= or < and what it should be")),
        Some(other) => {
            return Err(Mistake::new(at, format!("{} is not expected here; a comparison is", other.describe())));
        }
    };
    let right = parser.sum()?;
    let at = parser.at();
    match parser.take() {
        None => {}
        Some(Token::Comparison(_)) => {
            return Err(Mistake::new(at, "a claim has one comparison; make two claims of it"));
        }
        Some(other) => {
            return Err(Mistake::new(at, format!("{} is not expected here; the claim was complete", other.describe())));
        }
    }
    let statement = Statement { left, comparison, right };
    if !statement.left.observes() && !statement.right.observes() {
        return Err(Mistake::new(0, "this says nothing about any score; use a statistic of a metric, as in mean(r2)"));
    }
    Ok(statement)
}

impl Parser {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |t| t.0)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).map(|t| t.1.clone());
        self.next += 1;
        token
    }

    fn sees(&self, ahead: usize, sign: char) -> bool {
        self.tokens.get(self.next + ahead).is_some_and(|t| t.1 == Token::Sign(sign))
    }

    fn expect(&mut self, sign: char, what: &str) -> Result<(), Mistake> {
        let at = self.at();
        match self.take() {
            Some(Token::Sign(c)) if c == sign => Ok(()),
            None => Err(Mistake::new(at, format!("the claim ends here; {what}"))),
            Some(other) => Err(Mistake::new(at, format!("{} is not expected here; {what}", other.describe()))),
        }
    }

    /// Operations of one rank, read from the left.
    fn chain(
        &mut self,
        signs: [(char, Operation); 2],
        part: fn(&mut Self) -> Result<Expression, Mistake>,
    ) -> Result<Expression, Mistake> {
        let mut left = part(self)?;
        while let Some((_, operation)) = signs.iter().find(|(sign, _)| self.sees(0, *sign)) {
            self.operations += 1;
            if self.operations > MOST_OPERATIONS {
                let what = format!("a claim has at most {MOST_OPERATIONS} operations; part it into several claims");
                return Err(Mistake::new(self.at(), what));
            }
            self.next += 1;
            left = Expression::Arithmetic(Box::new(left), *operation, Box::new(part(self)?));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expression, Mistake> {
        self.chain([('+', Operation::Plus), ('-', Operation::Minus)], Self::product)
    }

    fn product(&mut self) -> Result<Expression, Mistake> {
        self.chain([('*', Operation::Times), ('/', Operation::Over)], Self::factor)
    }

    fn factor(&mut self) -> Result<Expression, Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Mistake::new(self.at(), "this is nested too deeply; make it simpler"));
        }
        let factor = self.factor_within();
        self.depth -= 1;
        factor
    }

    fn factor_within(&mut self) -> Result<Expression, Mistake> {
        let at = self.at();
        match self.take() {
            Some(Token::Sign('-')) => Ok(Expression::Negative(Box::new(self.factor()?))),
            Some(Token::Number(v, false)) => Ok(Expression::Number(v)),
            Some(Token::Number(v, true)) => Ok(Expression::Percent(v)),
            Some(Token::Sign('(')) => {
                let inner = self.sum()?;
                self.expect(')', "close the parenthesis with )")?;
                Ok(inner)
            }
            Some(Token::Word(name)) if self.sees(0, '(') => self.term(at, &name, None).map(Expression::Term),
            Some(Token::Word(model) | Token::Quoted(model)) if self.sees(0, '.') => {
                self.next += 1;
                let (model_at, at) = (at, self.at());
                match self.take() {
                    Some(Token::Word(name)) if self.sees(0, '(') => {
                        self.term(at, &name, Some((model, model_at))).map(Expression::Term)
                    }
                    Some(Token::Word(name)) => self.figure(vec![model, name], model_at),
                    _ => Err(Mistake::new(at, format!("a statistic is expected here, as in {model}.mean(r2)"))),
                }
            }
            Some(Token::Word(name)) if CONSTANTS.contains(&name.as_str()) => Ok(Expression::Constant(name, Offset(at))),
            Some(Token::Word(name)) => self.figure(vec![name], at),
            Some(other) => {
                Err(Mistake::new(at, format!("{} is not expected here; a number or a statistic is", other.describe())))
            }
            None => Err(Mistake::new(at, "the claim ends here; a number or a statistic is missing")),
        }
    }

    /// The rest of a figure's name.
    fn figure(&mut self, mut parts: Vec<String>, at: usize) -> Result<Expression, Mistake> {
        while self.sees(0, '.') {
            self.next += 1;
            let at = self.at();
            match self.take() {
                Some(Token::Word(name)) => parts.push(name),
                _ => return Err(Mistake::new(at, "a name is expected behind the point")),
            }
        }
        Ok(Expression::Figure(Figure { parts, place: Offset(at) }))
    }

    fn term(&mut self, at: usize, name: &str, model: Option<(String, usize)>) -> Result<Term, Mistake> {
        let statistic = named(name).ok_or_else(|| Mistake::new(at, unknown_statistic(name)))?;
        self.expect('(', "write the metric in parentheses")?;
        let mut score = self.score()?;
        match (&score.model, model) {
            (Some(_), Some(_)) => {
                return Err(Mistake::new(at, "the model is named twice; name it before the statistic or in it"));
            }
            (None, Some((name, at))) => (score.model, score.model_place) = (Some(name), Offset(at)),
            _ => {}
        }
        let statistic = match statistic {
            Named::Whole(statistic) => statistic,
            Named::Comparing(make) => {
                let (comparison, than) = self.compared(name, &score)?;
                make(comparison, than)
            }
        };
        if let Some((at, Token::Comparison(_))) = self.tokens.get(self.next) {
            return Err(Mistake::new(*at, "only share takes a comparison, as in share(r2 > 0.4)"));
        }
        self.expect(')', "close the parenthesis with )")?;
        Ok(Term { statistic, score })
    }

    fn score(&mut self) -> Result<Score, Mistake> {
        let at = self.at();
        let (first, quoted) = match self.take() {
            Some(Token::Word(name)) => (name, false),
            Some(Token::Quoted(name)) => (name, true),
            _ => return Err(Mistake::new(at, "the name of a metric is expected here")),
        };
        if !self.sees(0, '.') {
            if quoted {
                return Err(Mistake::new(at, "a model in quotes is followed by a point and a metric"));
            }
            return Ok(Score { model: None, metric: first, place: Offset(at), model_place: Offset(at) });
        }
        self.next += 1;
        let (model_place, at) = (Offset(at), self.at());
        match self.take() {
            Some(Token::Word(metric)) => Ok(Score { model: Some(first), metric, place: Offset(at), model_place }),
            _ => Err(Mistake::new(at, format!("the name of a metric is expected here, as in {first}.r2"))),
        }
    }

    /// The rest of a statistic that compares: with a number or with another score on the same split.
    fn compared(&mut self, name: &str, score: &Score) -> Result<(Comparison, Expression), Mistake> {
        let at = self.at();
        let Some(Token::Comparison(comparison)) = self.take() else {
            return Err(Mistake::new(at, format!("a {name} needs a comparison, as in {name}({score} > 0.4)")));
        };
        let named = match self.tokens.get(self.next) {
            Some((_, Token::Word(name))) => !CONSTANTS.contains(&name.as_str()),
            Some((_, Token::Quoted(_))) => true,
            _ => false,
        };
        let alone = self.sees(1, '.') || self.sees(1, ')');
        let than = if named && alone { Expression::Score(self.score()?) } else { self.sum()? };
        if than.observes() {
            let what = format!("a {name} compares each split with a number or with a score, not with a statistic");
            return Err(Mistake::new(at, what));
        }
        Ok((comparison, than))
    }
}

/// That there is no statistic of a name, and what there is.
fn unknown_statistic(name: &str) -> String {
    let near = did_you_mean(name, STATISTICS.iter().map(|s| s.name));
    if !near.is_empty() {
        return format!("no statistic '{name}'{near}");
    }
    let all: Vec<&str> = STATISTICS.iter().map(|s| s.listed).collect();
    format!("no statistic '{name}'; there are {}", listed(&all, "and"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> Mistake {
        read(text).unwrap_err()
    }

    #[test]
    fn claims_are_read_and_written() {
        for (text, want) in [
            ("worst(r2)>=0.35", "worst(r2) >= 0.35"),
            ("p5(accuracy) > 80 %", "p05(accuracy) > 80%"),
            ("p2.5(r2) > 1e-3", "p02.5(r2) > 0.001"),
            ("mean(rmse) < 0.9 * baseline.mean(rmse)", "mean(rmse) < 0.9 * mean(baseline.rmse)"),
            ("share(r2 > 0.4) ≥ 95%", "share(r2 > 0.4) >= 95%"),
            ("share(r2 > baseline.r2) >= .9", "share(r2 > baseline.r2) >= 0.9"),
            ("mean(elastic-net.r2)-sd(elastic-net.r2)>0", "mean(elastic-net.r2) - sd(elastic-net.r2) > 0"),
            ("mean(\"ridge:alpha=0.5\".r2) > 0", "mean(\"ridge:alpha=0.5\".r2) > 0"),
            ("min(recall[a, b > c]) > 0", "min(recall[a, b > c]) > 0"),
            ("(1 - (2 - 3)) * -(mean(r2) + 1) < -1", "(1 - (2 - 3)) * -(mean(r2) + 1) < -1"),
            ("p05(value_per_year) > cost", "p05(value_per_year) > cost"),
        ] {
            let statement = read(text).unwrap_or_else(|m| panic!("{text}: {m:?}"));
            assert_eq!(statement.to_string(), want);
            assert_eq!(read(want).unwrap(), statement);
        }
        assert_eq!(read("min(recall[a b]) > 0").unwrap().terms()[0].score.metric, "recall[a b]");
    }

    #[test]
    fn mistakes_are_pointed_at() {
        for (text, at, word) in [
            ("worst(r2) => 0.35", 10, "write >="),
            ("worst(r2) = 0.35", 10, "equality"),
            ("wrost(r2) >= 0.35", 0, "'worst'"),
            ("worst(r2 >= 0.35", 9, "only share"),
            ("worst(r2) >=", 12, "missing"),
            ("worst(r2)", 9, "compares"),
            ("0.1 < worst(r2) < 0.5", 16, "two claims"),
            ("share(r2) > 0.5", 8, "comparison"),
            ("share(r2 > mean(r2)) > 0.5", 9, "not with a statistic"),
            ("mean() > 0", 5, "metric"),
            ("mean(r2) > 0 0", 13, "complete"),
            ("1 < 2", 0, "no"),
            ("mean(r2) > 3x", 12, "operation"),
            ("mean(r2) > $3", 11, "'$'"),
            ("mean(recall[yes) > 0", 11, "close it with ]"),
            ("(mean(r2) > 0", 10, "close the parenthesis"),
            ("p100(r2) > 0", 0, "no statistic"),
            ("", 0, "ends"),
        ] {
            let found = mistake(text);
            assert_eq!(found.at, at, "{text}: {}", found.what);
            assert!(found.what.contains(word), "{text}: {}", found.what);
        }
        let deep = format!("{}mean(r2){} > 0", "(".repeat(5000), ")".repeat(5000));
        assert!(mistake(&deep).what.contains("nested"));
        let long = format!("mean(r2){} > 0", " + 1".repeat(30_000));
        assert!(mistake(&long).what.contains("at most 200 operations"));
        // Of a long claim the part around the mistake is shown, and the mark stands below it.
        let shown = Statement::parse(&long).unwrap_err().to_string();
        let lines: Vec<&str> = shown.lines().collect();
        let mark = lines[2].chars().count() - 1;
        assert!(lines[1].chars().count() < 170 && lines[1].chars().nth(mark) == Some('+'), "{shown}");
        let allowed = format!("mean(r2){} > 0", " + 1".repeat(200));
        assert!(Statement::parse(&allowed).is_ok());
        let error = Statement::parse("worst(r2) => 0.35").unwrap_err().to_string();
        assert!(error.ends_with("\n  worst(r2) => 0.35\n            ^"), "{error}");
    }
}
