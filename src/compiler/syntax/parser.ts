import type { IParserConfig, TokenType } from "chevrotain";
import { BodyRules } from "./body-rules.ts";
import type { Production } from "./expression-rules.ts";
import { Compare, Identifier, Integer, symbols, Text, words } from "./tokens.ts";

/** The productions of files and declarations, each above its method as in grammar/nnspec.ebnf (ID: Identifier, TEXT: Text, …). */
export class NnspecParser extends BodyRules {
  constructor(configuration: IParserConfig = {}) {
    super({
      recoveryEnabled: true,
      maxLookahead: 2,
      skipValidations: true,
      nodeLocationTracking: "onlyOffset",
      ...configuration,
    });
    this.performSelfAnalysis();
  }

  /** Recovery does not skip a token to read the word of the next declaration as the name that is missing here. */
  protected override canTokenTypeBeDeletedInRecovery(expected: TokenType): boolean {
    return expected !== Identifier || this.LA(2).tokenType === Identifier;
  }

  // file = "nnspec" INTEGER { import | item }
  readonly file: Production = this.RULE("file", () => {
    this.CONSUME(words.nnspec);
    this.CONSUME(Integer);
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.import) }, { ALT: () => this.SUBRULE(this.item) }]),
    );
  });

  // import = "import" "{" imported { "," imported } [ "," ] "}" "from" TEXT
  readonly import: Production = this.RULE("import", () => {
    this.CONSUME(words.import);
    this.CONSUME(symbols["{"]);
    this.SUBRULE1(this.imported);
    this.MANY(() => {
      this.CONSUME1(symbols[","]);
      this.SUBRULE2(this.imported);
    });
    this.OPTION(() => this.CONSUME2(symbols[","]));
    this.CONSUME(symbols["}"]);
    this.CONSUME(words.from);
    this.CONSUME(Text);
  });

  // imported = ID [ "as" ID ]
  readonly imported: Production = this.RULE("imported", () => {
    this.CONSUME1(Identifier, { LABEL: "name" });
    this.OPTION(() => {
      this.CONSUME(words.as);
      this.CONSUME2(Identifier, { LABEL: "alias" });
    });
  });

  // item = dim | hyper | define | data | block | model | recipe | train | search | ensemble | budget
  readonly item: Production = this.RULE("item", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.dim) },
      { ALT: () => this.SUBRULE(this.hyper) },
      { ALT: () => this.SUBRULE(this.define) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.block) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.recipe) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.search) },
      { ALT: () => this.SUBRULE(this.ensemble) },
      { ALT: () => this.SUBRULE(this.budget) },
    ]);
  });

  // dim = "dim" ID [ "=" expression | "in" span ]
  readonly dim: Production = this.RULE("dim", () => {
    this.CONSUME(words.dim);
    this.CONSUME(Identifier);
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(symbols["="]);
            this.SUBRULE(this.expression);
          },
        },
        {
          ALT: () => {
            this.CONSUME(words.in);
            this.SUBRULE(this.span);
          },
        },
      ]),
    );
  });

  // hyper = "hyper" ID "=" expression [ "in" domain ] [ "when" expression ]
  readonly hyper: Production = this.RULE("hyper", () => {
    this.CONSUME(words.hyper);
    this.CONSUME(Identifier);
    this.CONSUME(symbols["="]);
    this.SUBRULE1(this.expression, { LABEL: "default" });
    this.OPTION1(() => {
      this.CONSUME(words.in);
      this.SUBRULE(this.domain);
    });
    this.OPTION2(() => {
      this.CONSUME(words.when);
      this.SUBRULE2(this.expression, { LABEL: "condition" });
    });
  });

  // domain = "{" expression { "," expression } [ "," ] "}" | [ "log" ] span [ "by" sum ]
  readonly domain: Production = this.RULE("domain", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(symbols["{"]);
          this.SUBRULE1(this.expression);
          this.MANY(() => {
            this.CONSUME1(symbols[","]);
            this.SUBRULE2(this.expression);
          });
          this.OPTION1(() => this.CONSUME2(symbols[","]));
          this.CONSUME(symbols["}"]);
        },
      },
      {
        ALT: () => {
          this.OPTION2(() => this.CONSUME(words.log));
          this.SUBRULE(this.span);
          this.OPTION3(() => {
            this.CONSUME(words.by);
            this.SUBRULE(this.sum);
          });
        },
      },
    ]);
  });

  // define = "define" ID parameters "=" expression
  readonly define: Production = this.RULE("define", () => {
    this.CONSUME(words.define);
    this.CONSUME(Identifier);
    this.SUBRULE(this.parameters);
    this.CONSUME(symbols["="]);
    this.SUBRULE(this.expression);
  });

  // parameters = "(" [ parameter { "," parameter } [ "," ] ] ")"
  readonly parameters: Production = this.RULE("parameters", () => {
    this.CONSUME(symbols["("]);
    this.OPTION1(() => {
      this.SUBRULE1(this.parameter);
      this.MANY(() => {
        this.CONSUME1(symbols[","]);
        this.SUBRULE2(this.parameter);
      });
      this.OPTION2(() => this.CONSUME2(symbols[","]));
    });
    this.CONSUME(symbols[")"]);
  });

  // parameter = ID [ "=" expression ]
  readonly parameter: Production = this.RULE("parameter", () => {
    this.CONSUME(Identifier);
    this.OPTION(() => {
      this.CONSUME(symbols["="]);
      this.SUBRULE(this.expression);
    });
  });

  // data = "data" ID "{" { field [ "," ] } "}"
  readonly data: Production = this.RULE("data", () => {
    this.CONSUME(words.data);
    this.CONSUME(Identifier);
    this.CONSUME(symbols["{"]);
    this.MANY(() => {
      this.SUBRULE(this.field);
      this.OPTION(() => this.CONSUME(symbols[","]));
    });
    this.CONSUME(symbols["}"]);
  });

  // field = ID ":" ( tensor | value )
  readonly field: Production = this.RULE("field", () => {
    this.CONSUME(Identifier);
    this.CONSUME(symbols[":"]);
    this.OR([{ ALT: () => this.SUBRULE(this.tensor) }, { ALT: () => this.SUBRULE(this.value) }]);
  });

  // block = "block" ID parameters ports [ result ] body
  readonly block: Production = this.RULE("block", () => {
    this.CONSUME(words.block);
    this.CONSUME(Identifier);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.ports);
    this.OPTION(() => this.SUBRULE(this.result));
    this.SUBRULE(this.body);
  });

  // model = "model" ID ports result body
  readonly model: Production = this.RULE("model", () => {
    this.CONSUME(words.model);
    this.CONSUME(Identifier);
    this.SUBRULE(this.ports);
    this.SUBRULE(this.result);
    this.SUBRULE(this.body);
  });

  // recipe = "recipe" ID settings
  readonly recipe: Production = this.RULE("recipe", () => {
    this.CONSUME(words.recipe);
    this.CONSUME(Identifier);
    this.SUBRULE(this.settings);
  });

  // train = "train" ID "on" ID [ "as" ID ] [ "with" ID { "," ID } [ "," ] ] [ settings ]
  readonly train: Production = this.RULE("train", () => {
    this.CONSUME(words.train);
    this.CONSUME1(Identifier, { LABEL: "model" });
    this.CONSUME(words.on);
    this.CONSUME2(Identifier, { LABEL: "data" });
    this.OPTION1(() => {
      this.CONSUME(words.as);
      this.CONSUME3(Identifier, { LABEL: "alias" });
    });
    this.OPTION2(() => {
      this.CONSUME(words.with);
      this.CONSUME4(Identifier, { LABEL: "recipe" });
      this.MANY(() => {
        this.CONSUME1(symbols[","]);
        this.CONSUME5(Identifier, { LABEL: "recipe" });
      });
      this.OPTION3(() => this.CONSUME2(symbols[","]));
    });
    this.OPTION4(() => this.SUBRULE(this.settings));
  });

  // search = "search" ID settings
  readonly search: Production = this.RULE("search", () => {
    this.CONSUME(words.search);
    this.CONSUME(Identifier);
    this.SUBRULE(this.settings);
  });

  // ensemble = "ensemble" ID settings
  readonly ensemble: Production = this.RULE("ensemble", () => {
    this.CONSUME(words.ensemble);
    this.CONSUME(Identifier);
    this.SUBRULE(this.settings);
  });

  // budget = "budget" ID "{" { limit [ "," ] } "}"
  readonly budget: Production = this.RULE("budget", () => {
    this.CONSUME(words.budget);
    this.CONSUME(Identifier);
    this.CONSUME(symbols["{"]);
    this.MANY(() => {
      this.SUBRULE(this.limit);
      this.OPTION(() => this.CONSUME(symbols[","]));
    });
    this.CONSUME(symbols["}"]);
  });

  // limit = call COMPARE sum
  readonly limit: Production = this.RULE("limit", () => {
    this.SUBRULE(this.call);
    this.CONSUME(Compare);
    this.SUBRULE(this.sum);
  });
}
