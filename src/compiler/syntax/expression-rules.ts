import { CstParser, type CstNode, type IParserConfig, type ParserMethod } from "chevrotain";
import { Compare, Identifier, NumberToken, symbols, Text, vocabulary, words } from "./tokens.ts";

export type Production = ParserMethod<[], CstNode>;

/** The productions of expressions, each above its method as in grammar/nnspec.ebnf. */
export class ExpressionRules extends CstParser {
  constructor(configuration: IParserConfig) {
    super(vocabulary, configuration);
  }

  // value = expression { "then" expression }
  readonly value: Production = this.RULE("value", () => {
    this.SUBRULE1(this.expression);
    this.MANY(() => {
      this.CONSUME(words.then);
      this.SUBRULE2(this.expression);
    });
  });

  // expression = "if" expression "then" expression "else" expression | choice { "->" stage }
  readonly expression: Production = this.RULE("expression", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.if);
          this.SUBRULE1(this.expression);
          this.CONSUME(words.then);
          this.SUBRULE2(this.expression);
          this.CONSUME(words.else);
          this.SUBRULE3(this.expression);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.choice);
          this.MANY(() => {
            this.CONSUME(symbols["->"]);
            this.SUBRULE(this.stage);
          });
        },
      },
    ]);
  });

  // stage = [ "repeat" [ ID "in" ] span ] call [ "as" ID ]
  readonly stage: Production = this.RULE("stage", () => {
    this.OPTION1(() => {
      this.CONSUME(words.repeat);
      this.OPTION2(() => {
        this.CONSUME1(Identifier, { LABEL: "index" });
        this.CONSUME(words.in);
      });
      this.SUBRULE(this.span);
    });
    this.SUBRULE(this.call);
    this.OPTION3(() => {
      this.CONSUME(words.as);
      this.CONSUME2(Identifier, { LABEL: "alias" });
    });
  });

  // call = ID [ group ]
  readonly call: Production = this.RULE("call", () => {
    this.CONSUME(Identifier);
    this.OPTION(() => this.SUBRULE(this.group));
  });

  // choice = both { "or" both }
  readonly choice: Production = this.RULE("choice", () => {
    this.SUBRULE1(this.both);
    this.MANY(() => {
      this.CONSUME(words.or);
      this.SUBRULE2(this.both);
    });
  });

  // both = negation { "and" negation }
  readonly both: Production = this.RULE("both", () => {
    this.SUBRULE1(this.negation);
    this.MANY(() => {
      this.CONSUME(words.and);
      this.SUBRULE2(this.negation);
    });
  });

  // negation = [ "not" ] comparison
  readonly negation: Production = this.RULE("negation", () => {
    this.OPTION(() => this.CONSUME(words.not));
    this.SUBRULE(this.comparison);
  });

  // comparison = span [ COMPARE span ]
  readonly comparison: Production = this.RULE("comparison", () => {
    this.SUBRULE1(this.span);
    this.OPTION(() => {
      this.CONSUME(Compare);
      this.SUBRULE2(this.span);
    });
  });

  // span = sum [ ".." sum ]
  readonly span: Production = this.RULE("span", () => {
    this.SUBRULE1(this.sum);
    this.OPTION(() => {
      this.CONSUME(symbols[".."]);
      this.SUBRULE2(this.sum);
    });
  });

  // sum = product { ( "+" | "-" ) product }
  readonly sum: Production = this.RULE("sum", () => {
    this.SUBRULE1(this.product);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(symbols["+"], { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(symbols["-"], { LABEL: "operator" }) },
      ]);
      this.SUBRULE2(this.product);
    });
  });

  // product = sign { ( "*" | "/" ) sign }
  readonly product: Production = this.RULE("product", () => {
    this.SUBRULE1(this.sign);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(symbols["*"], { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(symbols["/"], { LABEL: "operator" }) },
      ]);
      this.SUBRULE2(this.sign);
    });
  });

  // sign = [ "-" ] power
  readonly sign: Production = this.RULE("sign", () => {
    this.OPTION(() => this.CONSUME(symbols["-"]));
    this.SUBRULE(this.power);
  });

  // power = atom [ "^" sign ]
  readonly power: Production = this.RULE("power", () => {
    this.SUBRULE(this.atom);
    this.OPTION(() => {
      this.CONSUME(symbols["^"]);
      this.SUBRULE(this.sign);
    });
  });

  // atom = NUMBER | TEXT | group | reference
  readonly atom: Production = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(NumberToken) },
      { ALT: () => this.CONSUME(Text) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.reference) },
    ]);
  });

  // reference = ID { "." ID } [ group ]
  readonly reference: Production = this.RULE("reference", () => {
    this.CONSUME1(Identifier);
    this.MANY(() => {
      this.CONSUME(symbols["."]);
      this.CONSUME2(Identifier);
    });
    this.OPTION(() => this.SUBRULE(this.group));
  });

  // group = "(" [ argument { "," argument } [ "," ] ] ")"
  readonly group: Production = this.RULE("group", () => {
    this.CONSUME(symbols["("]);
    this.OPTION1(() => {
      this.SUBRULE1(this.argument);
      this.MANY(() => {
        this.CONSUME1(symbols[","]);
        this.SUBRULE2(this.argument);
      });
      this.OPTION2(() => this.CONSUME2(symbols[","]));
    });
    this.CONSUME(symbols[")"]);
  });

  // argument = [ ID ":" ] value
  readonly argument: Production = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(Identifier);
      this.CONSUME(symbols[":"]);
    });
    this.SUBRULE(this.value);
  });
}
