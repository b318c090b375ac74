import { ExpressionRules, type Production } from "./expression-rules.ts";
import { Identifier, Integer, symbols, words } from "./tokens.ts";

/** The productions of what stands inside declarations: types, ports, bodies, rules and settings, each above its method as in grammar/nnspec.ebnf. */
export class BodyRules extends ExpressionRules {
  // tensor = ID "[" axis { "," axis } [ "," ] "]" [ "of" sum ]
  readonly tensor: Production = this.RULE("tensor", () => {
    this.CONSUME(Identifier);
    this.CONSUME(symbols["["]);
    this.SUBRULE1(this.axis);
    this.MANY(() => {
      this.CONSUME1(symbols[","]);
      this.SUBRULE2(this.axis);
    });
    this.OPTION1(() => this.CONSUME2(symbols[","]));
    this.CONSUME(symbols["]"]);
    this.OPTION2(() => {
      this.CONSUME(words.of);
      this.SUBRULE(this.sum);
    });
  });

  // axis = [ ID ":" ] expression
  readonly axis: Production = this.RULE("axis", () => {
    this.OPTION(() => {
      this.CONSUME(Identifier);
      this.CONSUME(symbols[":"]);
    });
    this.SUBRULE(this.expression);
  });

  // ports = "(" [ port { "," port } [ "," ] ] ")"
  readonly ports: Production = this.RULE("ports", () => {
    this.CONSUME(symbols["("]);
    this.OPTION1(() => {
      this.SUBRULE1(this.port);
      this.MANY(() => {
        this.CONSUME1(symbols[","]);
        this.SUBRULE2(this.port);
      });
      this.OPTION2(() => this.CONSUME2(symbols[","]));
    });
    this.CONSUME(symbols[")"]);
  });

  // port = ID ":" tensor
  readonly port: Production = this.RULE("port", () => {
    this.CONSUME(Identifier);
    this.CONSUME(symbols[":"]);
    this.SUBRULE(this.tensor);
  });

  // result = "->" ( tensor | ports )
  readonly result: Production = this.RULE("result", () => {
    this.CONSUME(symbols["->"]);
    this.OR([{ ALT: () => this.SUBRULE(this.tensor) }, { ALT: () => this.SUBRULE(this.ports) }]);
  });

  // body = "{" { statement } "}"
  readonly body: Production = this.RULE("body", () => {
    this.CONSUME(symbols["{"]);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(symbols["}"]);
  });

  // statement = "shared" ID "=" call | "parameter" ID ":" tensor "=" expression | ID "=" expression | "return" expression | rule
  readonly statement: Production = this.RULE("statement", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.shared);
          this.CONSUME1(Identifier);
          this.CONSUME1(symbols["="]);
          this.SUBRULE(this.call);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.parameter);
          this.CONSUME2(Identifier);
          this.CONSUME(symbols[":"]);
          this.SUBRULE(this.tensor);
          this.CONSUME2(symbols["="]);
          this.SUBRULE1(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME3(Identifier);
          this.CONSUME3(symbols["="]);
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.return);
          this.SUBRULE3(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.rule) },
    ]);
  });

  // rule = "for" ID [ "(" path { "," path } [ "," ] ")" ] [ "of" ID { "," ID } [ "," ] ] settings
  readonly rule: Production = this.RULE("rule", () => {
    this.CONSUME(words.for);
    this.CONSUME1(Identifier, { LABEL: "target" });
    this.OPTION1(() => {
      this.CONSUME(symbols["("]);
      this.SUBRULE1(this.path);
      this.MANY1(() => {
        this.CONSUME1(symbols[","]);
        this.SUBRULE2(this.path);
      });
      this.OPTION2(() => this.CONSUME2(symbols[","]));
      this.CONSUME(symbols[")"]);
    });
    this.OPTION3(() => {
      this.CONSUME(words.of);
      this.CONSUME2(Identifier, { LABEL: "kind" });
      this.MANY2(() => {
        this.CONSUME3(symbols[","]);
        this.CONSUME3(Identifier, { LABEL: "kind" });
      });
      this.OPTION4(() => this.CONSUME4(symbols[","]));
    });
    this.SUBRULE(this.settings);
  });

  // path = step { "." step }
  readonly path: Production = this.RULE("path", () => {
    this.SUBRULE1(this.step);
    this.MANY(() => {
      this.CONSUME(symbols["."]);
      this.SUBRULE2(this.step);
    });
  });

  // step = ID [ "[" INTEGER [ ".." INTEGER ] "]" ]
  readonly step: Production = this.RULE("step", () => {
    this.CONSUME(Identifier);
    this.OPTION1(() => {
      this.CONSUME(symbols["["]);
      this.CONSUME1(Integer);
      this.OPTION2(() => {
        this.CONSUME(symbols[".."]);
        this.CONSUME2(Integer);
      });
      this.CONSUME(symbols["]"]);
    });
  });

  // settings = "{" { ( setting | rule ) [ "," ] } "}"
  readonly settings: Production = this.RULE("settings", () => {
    this.CONSUME(symbols["{"]);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.setting, { LABEL: "entry" }) },
        { ALT: () => this.SUBRULE(this.rule, { LABEL: "entry" }) },
      ]);
      this.OPTION(() => this.CONSUME(symbols[","]));
    });
    this.CONSUME(symbols["}"]);
  });

  // setting = ID ":" value
  readonly setting: Production = this.RULE("setting", () => {
    this.CONSUME(Identifier);
    this.CONSUME(symbols[":"]);
    this.SUBRULE(this.value);
  });
}
