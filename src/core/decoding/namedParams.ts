import * as v from 'valibot';
import { shown } from './optionError';
import { type GenerationConfig, OPTIONS, type OptionName, type ProcessorSetting, rowOf } from './options';

/** Parameters that are texts: their tokens may lie outside the given scores. */
const OF_TEXTS = ['input_ids', 'encoder_input_ids', 'current_tokens', 'previous_group_tokens'];

/** Reads the parameters of a named processor and remembers which were asked for. */
export class NamedParams {
  readonly #used = new Set<string>(['input_ids', 'prompt_length', 'input_ids_seq_length', 'prompt_length_to_skip']);

  readonly #processor: string;
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #vocabSize: number;

  constructor(processor: string, params: Readonly<Record<string, unknown>>, vocabSize: number) {
    this.#processor = processor;
    this.#params = params;
    this.#vocabSize = vocabSize;
  }

  /** The value of the first of several names that is present. */
  find(...names: string[]): unknown {
    for (const name of names) this.#used.add(name);
    return names.map((name) => this.#params[name]).find((value) => value !== undefined && value !== null);
  }

  /** As `find`, but the parameter must be there. */
  need(...names: string[]): unknown {
    const value = this.find(...names);
    if (value === undefined) throw new Error(`Processor ${this.#processor} needs the parameter ${names[0]}.`);
    return value;
  }

  number(...names: string[]): number {
    const value = this.need(...names);
    if (typeof value !== 'number') throw new Error(`${names[0]} must be a number, but is ${shown(value)}.`);
    return value;
  }

  /** Token ids; one alone or a list, which may be the only row of a batch. */
  ids(...names: string[]): number[] | undefined {
    const value = this.find(...names);
    if (value === undefined) return undefined;
    const list: unknown[] = [value].flat(2);
    if (!list.every((id) => Number.isSafeInteger(id))) {
      throw new Error(`${names[0]} must be token ids, but is ${shown(value)}.`);
    }
    if (!OF_TEXTS.includes(names[0])) this.#checkScored(names[0], list as number[]);
    return list as number[];
  }

  needIds(...names: string[]): number[] {
    return this.ids(...names) ?? [this.number(...names)];
  }

  /** The value of an option under one of several names. */
  option<K extends OptionName>(option: K, ...names: string[]): NonNullable<GenerationConfig[K]> {
    const ids = rowOf(option).tokens && ['numbers', 'text'].includes(rowOf(option).spelling) && this.ids(...names);
    return this.checked(option, names[0], ids || this.need(...names));
  }

  /** A value held against what the option may be. */
  checked<K extends OptionName>(option: K, name: string, value: unknown): NonNullable<GenerationConfig[K]> {
    const { schema, is } = OPTIONS[option];
    if (!v.is(schema, value)) throw new RangeError(`${name} must be ${is}, but is ${shown(value)}.`);
    this.#checkScored(name, rowOf(option).tokens?.(value as never) ?? []);
    return value as NonNullable<GenerationConfig[K]>;
  }

  #checkScored(name: string, ids: readonly number[]): void {
    const unknown = ids.find((id) => id < 0 || id >= this.#vocabSize);
    if (unknown !== undefined) {
      throw new RangeError(`${name} names token ${unknown}, but there are ${this.#vocabSize} scores.`);
    }
  }

  setting(): ProcessorSetting {
    const fill = this.find('filter_value');
    const keep = this.find('min_tokens_to_keep');
    const promptLength = this.promptLength();
    return {
      promptLength,
      beginIndex: promptLength,
      endLength: Number.POSITIVE_INFINITY,
      eosIds: this.ids('eos_token_id') ?? [],
      truncation: {
        ...(fill !== undefined && { filterValue: readNumber('filter_value', fill) }),
        ...(keep !== undefined && { minTokensToKeep: this.number('min_tokens_to_keep') }),
      },
    };
  }

  promptLength(): number {
    const names = ['prompt_length', 'prompt_length_to_skip', 'input_ids_seq_length'];
    return this.find(...names) === undefined ? 0 : this.number(...names);
  }

  /** Tokens of the earlier groups of a diverse beam search; `current_tokens` may hold those of all groups. */
  peers(): number[] {
    const tokens = this.ids('current_tokens', 'previous_group_tokens') ?? [];
    const [group, beams, groups] = [this.find('beam_group_idx'), this.find('num_beams'), this.find('num_beam_groups')];
    if (typeof group !== 'number' || typeof beams !== 'number' || typeof groups !== 'number') return tokens;
    return tokens.slice(0, group * Math.floor(beams / groups));
  }

  /** All parameters that were not read so far. */
  rest(): Record<string, unknown> {
    const entries = Object.entries(this.#params).filter(([name]) => !this.#used.has(name));
    for (const [name] of entries) this.#used.add(name);
    return Object.fromEntries(entries);
  }

  assertAllUsed(): void {
    const unknown = Object.keys(this.#params).find((name) => !this.#used.has(name));
    if (unknown !== undefined) throw new Error(`Processor ${this.#processor} has no parameter ${unknown}.`);
  }
}

/** Reads a number as the case files spell it. */
export function readNumber(name: string, value: unknown): number {
  const words: Readonly<Record<string, number>> = { '-inf': -Infinity, inf: Infinity, nan: Number.NaN };
  const number = typeof value === 'string' ? words[value] : value;
  if (typeof number !== 'number') {
    throw new Error(`${name} holds ${shown(value)}, which is not a number, "-inf", "inf" or "nan".`);
  }
  return number;
}
