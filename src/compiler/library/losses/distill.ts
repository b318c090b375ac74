import { defineLoss } from "../define.ts";
import { classAxis } from "../support/classes.ts";
import { logSoftmaxOf } from "../support/softmax.ts";

export const distill = defineLoss({
  name: "distill",
  summary: "How surprised the student is by the soft targets of a teacher; takes logits of both.",
  formula:
    "L = -T^2 sum over k of softmax(teacher / T)_k log softmax(student / T)_k; T^2 keeps the gradient as large as that of the plain cross-entropy, whatever T is",
  source: "Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network",
  operands: [
    {
      name: "student",
      accepts: "logits",
      summary: "Scores of the classes by the model that is trained.",
    },
    {
      name: "teacher",
      accepts: "like",
      summary: "Scores of the classes by the teacher, `teacher.logits`; no gradient goes there.",
    },
  ],
  likelihood: "softmax",
  arguments: {
    temperature: {
      kind: "number",
      named: true,
      minimum: 0,
      exclusive: "minimum",
      default: 4,
      summary:
        "How soft the targets are: 1 takes the teacher's probabilities as they are, more brings out how it ranks the wrong classes.",
    },
  },
  example:
    "loss: 0.3 * cross_entropy(logits, label) + 0.7 * distill(logits, teacher.logits, temperature: 4)",
  pitfalls:
    "Does not fall to 0: its least value is T^2 times the entropy of the soft targets. Needs a `teacher` in the run.",
  techniques: ["E10"],
  perExample: (graph, [student, teacher], { temperature }) => {
    const axis = classAxis(student!);
    const targets = graph.exp(logSoftmaxOf(graph, graph.divide(teacher!, temperature), axis));
    const logProbabilities = logSoftmaxOf(graph, graph.divide(student!, temperature), axis);
    return graph.multiply(
      -temperature * temperature,
      graph.sum(graph.multiply(targets, logProbabilities), [axis]),
    );
  },
});
