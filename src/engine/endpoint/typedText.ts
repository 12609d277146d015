import type { Healing, Hypothesis, Step } from '../../core/completion/healing';
import type { Likeliest } from './likeliest';
import type { ServerVocabulary } from './serverVocabulary';

/** One step of spelling the typed text. */
interface Look {
  /** Probability of the tokens before. */
  readonly weight: number;
  /** The part of the typed text not yet spelled. */
  readonly rest: string;
  readonly from: Likeliest;
}

/**
 * Token healing with the candidates of a server: finds the tokens that spell the typed end of the text, and perhaps
 * more. See `heal`, which has the whole distribution.
 */
export class TypedText {
  readonly #vocabulary: ServerVocabulary;
  readonly text: string;
  readonly #steps: Step[] = [];
  readonly #looks: Look[] = [];
  #rest: string;
  #logprob = 0;

  constructor(typed: string, vocabulary: ServerVocabulary) {
    this.text = typed;
    this.#rest = typed;
    this.#vocabulary = vocabulary;
  }

  /** The part not yet spelled. */
  get rest(): string {
    return this.#rest;
  }

  /** The tokens so far. */
  get hypothesis(): Hypothesis {
    return { steps: this.#steps, logprob: this.#logprob };
  }

  /** The text of the tokens so far. */
  get spelled(): string {
    return this.#vocabulary.decode(this.#steps.map(({ id }) => id));
  }

  /** Alternatives to the last token that extend the typed text differently, most probable first. */
  get others(): Hypothesis[] {
    const look = this.#looks.at(-1);
    const last = this.#steps.at(-1);
    if (!look || !last) return [];
    const before = { steps: this.#steps.slice(0, -1), logprob: this.#logprob - last.logprob };
    return this.#covering(look)
      .filter((id) => id !== last.id && this.#vocabulary.tokenText(id).length > look.rest.length)
      .map((id) => after(before, stepOf(id, look.from, last.id)));
  }

  /**
   * Takes the most probable token that covers the rest of the typed text, else one that spells a beginning of it.
   * @returns its id; undefined where the server lists none
   */
  take(from: Likeliest): number | undefined {
    const look: Look = { weight: Math.exp(this.#logprob), rest: this.#rest, from };
    const [covering, second] = this.#covering(look);
    const beginning = from.best(Number.POSITIVE_INFINITY).filter((id) => {
      const text = this.#vocabulary.tokenText(id);
      return text.length < this.#rest.length && this.#rest.startsWith(text);
    });
    const id = covering ?? (beginning.includes(from.chosen) ? from.chosen : beginning[0]);
    if (id === undefined) return undefined;
    this.#looks.push(look);
    const step = stepOf(id, from, id === covering ? second : beginning.find((other) => other !== id));
    this.#steps.push(step);
    this.#logprob += step.logprob;
    this.#rest = this.#rest.slice(this.#vocabulary.tokenText(id).length);
    return id;
  }

  /** The probability of the typed text and of its continuations, as far as the server's candidates tell. */
  get healing(): Pick<Healing, 'typedMass' | 'ended' | 'goesOn'> {
    const mass = (rest: (look: Look) => string, whole = false) =>
      this.#looks.reduce((sum, look) => {
        const ids = look.from.ids.filter((id) => {
          const text = this.#vocabulary.tokenText(id);
          return !this.#vocabulary.isSpecial(id) && (whole ? text === rest(look) : text.startsWith(rest(look)));
        });
        return sum + look.weight * look.from.mass(ids);
      }, 0);
    const typed = this.text === '' ? 1 : mass(({ rest }) => rest);
    // Without log-probabilities nothing is known about the probability of the typed text.
    const typedMass = typed > 0 ? Math.min(1, typed) : 1;
    return {
      typedMass,
      ended: this.text === '' ? 1 : mass(({ rest }) => rest, true) / typedMass,
      goesOn: (bytes) => {
        const next = new TextDecoder().decode(bytes);
        return this.text === '' ? 0 : mass(({ rest }) => rest + next) / typedMass;
      },
    };
  }

  /** Tokens that cover the rest, most probable first; typed spaces must not be followed by more spaces. */
  #covering({ rest, from }: Look): number[] {
    const endsInSpace = /[ \t]$/.test(rest);
    return from.best(Number.POSITIVE_INFINITY).filter((id) => {
      if (this.#vocabulary.isSpecial(id)) return false;
      const text = this.#vocabulary.tokenText(id);
      return text.startsWith(rest) && !(endsInSpace && /^[ \t]/.test(text.slice(rest.length)));
    });
  }
}

function after({ steps, logprob }: Hypothesis, step: Step): Hypothesis {
  return { steps: [...steps, step], logprob: logprob + step.logprob };
}

export function stepOf(id: number, from: Likeliest, other: number | undefined): Step {
  return { id, logprob: from.logprob(id), from, runnerUp: other === undefined ? null : from.candidate(other) };
}
