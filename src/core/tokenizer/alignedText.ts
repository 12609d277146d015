/**
 * A character of a rewritten text: with change 0 it replaces one character, with -n it replaces 1 + n, and with n > 0
 * it is new.
 */
export type Change = readonly [character: string, change: number];

/**
 * A text, or a rewritten form of it, that knows where each of its characters comes from. Places and lengths are UTF-16
 * units. Rewriting follows `NormalizedString` of Hugging Face's `tokenizers`, so that spans are the same.
 */
export class AlignedText {
  readonly text: string;
  /** Where the original begins. */
  readonly #base: number;
  /** The span in the original of every unit of `text`; absent while `text` is the original. */
  readonly #starts: readonly number[] | undefined;
  readonly #ends: readonly number[] | undefined;

  constructor(text: string, base: number, starts?: readonly number[], ends?: readonly number[]) {
    this.text = text;
    this.#base = base;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** Whether nothing was rewritten. */
  get isOriginal(): boolean {
    return this.#starts === undefined;
  }

  /** Where in the original the character at `unit` begins; at the end of the text, where the original ends. */
  start(unit: number): number {
    return this.#starts?.[unit] ?? (this.#starts ? this.#lastEnd() : this.#base + unit);
  }

  /** Where in the original the character at `unit`, of this many units, ends. */
  end(unit: number, units: number): number {
    return this.#ends?.[unit] ?? (this.#ends ? this.#lastEnd() : this.#base + unit + units);
  }

  /** The text rewritten as other characters; the first `skip` characters of the old text are dropped. */
  transform(characters: Iterable<Change>, skip = 0): AlignedText {
    const places: number[] = [];
    for (let unit = 0; unit < this.text.length; unit += unitsAt(this.text, unit)) places.push(unit);
    let at = skip;
    let text = '';
    const starts: number[] = [];
    const ends: number[] = [];
    for (const [character, change] of characters) {
      const from = change > 0 ? at - 1 : at;
      const isFirst = from < 0;
      const unit = places[from] ?? this.text.length;
      const start = isFirst ? this.#base : this.start(unit);
      const end = isFirst ? this.#base : this.end(unit, unitsAt(this.text, unit));
      for (let i = 0; i < character.length; i++) {
        starts.push(start);
        ends.push(end);
      }
      text += character;
      if (change <= 0) at += 1 - change;
    }
    return new AlignedText(text, this.#base, starts, ends);
  }

  /** The text without the characters that do not satisfy the condition. */
  filter(keep: (character: string) => boolean): AlignedText {
    let text = '';
    const starts: number[] = [];
    const ends: number[] = [];
    let unit = 0;
    for (const character of this.text) {
      if (keep(character)) {
        text += character;
        for (let i = 0; i < character.length; i++) {
          starts.push(this.start(unit));
          ends.push(this.end(unit, character.length));
        }
      }
      unit += character.length;
    }
    return new AlignedText(text, this.#base, starts, ends);
  }

  slice(from: number, to: number): AlignedText {
    const text = this.text.slice(from, to);
    if (!this.#starts || !this.#ends) return new AlignedText(text, this.#base + from);
    return new AlignedText(text, this.start(from), this.#starts.slice(from, to), this.#ends.slice(from, to));
  }

  /** The text with every stretch replaced; what is put in comes from the last character of the stretch. */
  replace(stretches: readonly (readonly [number, number])[], by: string): AlignedText {
    let text = '';
    const starts: number[] = [];
    const ends: number[] = [];
    const keep = (from: number, to: number) => {
      text += this.text.slice(from, to);
      for (let unit = from; unit < to; ) {
        const units = unitsAt(this.text, unit);
        for (let i = 0; i < units; i++) {
          starts.push(this.start(unit));
          ends.push(this.end(unit, units));
        }
        unit += units;
      }
    };
    let done = 0;
    for (const [from, to] of stretches) {
      keep(done, from);
      const last = lastCharacter(this.text, to);
      for (let i = 0; i < by.length; i++) {
        starts.push(to === 0 ? this.#base : this.start(last));
        ends.push(to === 0 ? this.#base : this.end(last, to - last));
      }
      text += by;
      done = to;
    }
    keep(done, this.text.length);
    return new AlignedText(text, this.#base, starts, ends);
  }

  /** The text with other characters before it; these have empty spans, as they come from no place in the original. */
  prepend(added: string): AlignedText {
    const changes: Change[] = [...added].map((character): Change => [character, 1]);
    return this.transform([...changes, ...[...this.text].map((character): Change => [character, 0])]);
  }

  #lastEnd(): number {
    return this.#ends?.at(-1) ?? this.#base + this.text.length;
  }
}

/** UTF-16 units of the character at a place. */
export function unitsAt(text: string, unit: number): number {
  return (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
}

/** Where the character before a place begins. */
function lastCharacter(text: string, end: number): number {
  return end > 1 && unitsAt(text, end - 2) === 2 ? end - 2 : Math.max(0, end - 1);
}
