import type { GraphBuilder } from './onnx';

/** Domain of ONNX Runtime's own operators. */
const MICROSOFT = 'com.microsoft';

type Activate = (b: GraphBuilder, x: string, bias?: string) => string;

/** GELU's tanh approximation, ONNX Runtime's `FastGelu`. The four variants in transformers differ only in rounding. */
const tanhGelu: Activate = (b, x, bias) => b.op('FastGelu', bias === undefined ? [x] : [x, bias], {}, MICROSOFT);
const gelu: Activate = (b, x) => b.op('Gelu', [x], {}, MICROSOFT);
const relu: Activate = (b, x) => b.op('Relu', [x]);
const sigmoidTimes =
  (alpha: number): Activate =>
  (b, x) =>
    b.op('QuickGelu', [x], { alpha: { float: alpha } }, MICROSOFT);

/** Location and scale of `laplace`, as in transformers. */
const LAPLACE = { mu: 707_107e-6, sigma: 0.282095 };

/**
 * The activations of transformers (`ACT2FN`) without weights, by the same formulas.
 * https://github.com/huggingface/transformers/blob/v4.53.3/src/transformers/activations.py
 */
const ACTIVATIONS = {
  gelu_new: tanhGelu,
  gelu_fast: tanhGelu,
  gelu_accurate: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  gelu,
  gelu_python: gelu,
  gelu_10: (b, x) => b.op('Clip', [gelu(b, x), b.float('minus_ten', -10), b.float('ten', 10)]),
  quick_gelu: sigmoidTimes(1.702),
  silu: sigmoidTimes(1),
  swish: sigmoidTimes(1),
  relu,
  relu2: (b, x) => {
    const positive = relu(b, x);
    return b.op('Mul', [positive, positive]);
  },
  relu6: (b, x) => b.op('Clip', [x, b.float('zero', 0), b.float('six', 6)]),
  leaky_relu: (b, x) => b.op('LeakyRelu', [x], { alpha: { float: 0.01 } }),
  sigmoid: (b, x) => b.op('Sigmoid', [x]),
  tanh: (b, x) => b.op('Tanh', [x]),
  mish: (b, x) => b.op('Mul', [x, b.op('Tanh', [b.op('Softplus', [x])])]),
  laplace: (b, x) => {
    const centred = b.op('Sub', [x, b.float('laplace_mu', LAPLACE.mu)]);
    const scaled = b.op('Div', [centred, b.float('laplace_scale', LAPLACE.sigma * Math.SQRT2)]);
    const raised = b.op('Add', [b.op('Erf', [scaled]), b.float('one', 1)]);
    return b.op('Mul', [raised, b.float('half', 0.5)]);
  },
  linear: (_, x) => x,
} satisfies Readonly<Record<string, Activate>>;

/** Those and `prelu`, whose negative slope is a weight of each layer (`mlp.act.weight`). */
export type Activation = keyof typeof ACTIVATIONS | 'prelu';

/** Whether a name is that of a supported activation. */
export function isActivation(name: unknown): name is Activation {
  return typeof name === 'string' && (name === 'prelu' || Object.hasOwn(ACTIVATIONS, name));
}

/** All of them. */
export const ACTIVATION_NAMES = [...Object.keys(ACTIVATIONS), 'prelu'] as Activation[];

/**
 * Adds an activation of `x`, or of `x` plus a bias, to a graph.
 * @returns the name of its result
 */
export function activate(b: GraphBuilder, activation: keyof typeof ACTIVATIONS, x: string, bias?: string): string {
  const apply = ACTIVATIONS[activation] as Activate;
  return bias === undefined || apply === tanhGelu ? apply(b, x, bias) : apply(b, b.op('Add', [x, bias]));
}
