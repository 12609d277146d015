/** Colour scheme: the reader's system setting, a fixed one, or that of VS Code's preview around the picture. */
export type Theme = 'system' | 'light' | 'dark' | 'vscode';

/** Colours of CSS classes in light and dark. Text has a contrast of at least 4.5 : 1 on every tint (WCAG AA). */
const COLOURS: Readonly<Record<string, Readonly<Record<string, readonly [light: string, dark: string]>>>> = {
  fill: {
    bg: ['#ffffff', '#1b1f24'],
    t: ['#1f2328', '#e6edf3'],
    m: ['#59636e', '#9aa4af'],
    box: ['#f3f5f8', '#262c34'],
    bar: ['#2f6fd0', '#5b9bf5'],
    att: ['#f0a030', '#965416'],
    l0: ['#dcebfd', '#1c3a5e'],
    l1: ['#fbedb9', '#54470c'],
    l2: ['#fdd6a3', '#6c3f0f'],
    l3: ['#ffc2b8', '#7d2020'],
    r0: ['#d3f2d3', '#1f4a24'],
    r1: ['#fbedb9', '#54470c'],
    r2: ['#ffc2b8', '#7d2020'],
    r3: ['#e2d2fb', '#4a2c78'],
  },
  stroke: {
    edge: ['#8c959f', '#6e7781'],
    raw: ['#1f2328', '#e6edf3'],
    u: ['#7a4a00', '#e0b060'],
  },
};

/** Classes that also style the background and border of HTML marks. */
const MARKS = ['l0', 'l1', 'l2', 'l3', 'r0', 'r1', 'r2', 'r3'];
/** Levels differ in form as well as in colour. */
export const UNDERLINES = ['dotted', 'dashed', 'solid', 'double'];

const MONOSPACE = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** Style rules for SVG. Literal values, as many SVG programs do not support CSS variables. */
export function styleOf(theme: Theme): string {
  const base =
    `.ink-t,.ink-m{font-family:${MONOSPACE};font-size:13px;white-space:pre}` +
    '.ink-s{font-size:11px}.ink-h{font-weight:600}' +
    '.ink-edge,.ink-raw,.ink-u{fill:none}.ink-u0{stroke-dasharray:1 2}.ink-u1{stroke-dasharray:4 2}.ink-u2{stroke-width:2}';
  switch (theme) {
    case 'light':
      return base + rules(0);
    case 'dark':
      return base + rules(1);
    case 'system':
      return `${base}${rules(0)}@media (prefers-color-scheme:dark){${rules(1)}}`;
    case 'vscode':
      return `${base}${rules(0)}${rules(1, '.vscode-dark ')}${rules(1, '.vscode-high-contrast:not(.vscode-high-contrast-light) ')}`;
  }
}

/** Style rules for marked text in HTML. */
export function markStyle(theme: Theme): string {
  const of = (scheme: 0 | 1, under = '') =>
    MARKS.map((name) => {
      const colour = COLOURS.fill.t[scheme];
      return `${under}mark.ink-${name}{background:${COLOURS.fill[name][scheme]};color:${colour}}`;
    }).join('');
  const form = UNDERLINES.map((line, level) => {
    return `mark.ink-l${level}{text-decoration:underline ${line};text-decoration-thickness:${level > 1 ? 2 : 1}px}`;
  }).join('');
  const base = `mark[class^=ink-]{border-radius:2px;text-underline-offset:3px}${form}`;
  if (theme === 'light' || theme === 'dark') return base + of(theme === 'light' ? 0 : 1);
  if (theme === 'system') return `${base}${of(0)}@media (prefers-color-scheme:dark){${of(1)}}`;
  return `${base}${of(0)}${of(1, '.vscode-dark ')}${of(1, '.vscode-high-contrast:not(.vscode-high-contrast-light) ')}`;
}

function rules(scheme: 0 | 1, under = ''): string {
  return Object.entries(COLOURS)
    .flatMap(([property, classes]) =>
      Object.entries(classes).map(([name, pair]) => `${under}.ink-${name}{${property}:${pair[scheme]}}`),
    )
    .join('');
}

/** Background of a mark: `l0` to `l3` for surprisal, `r0` to `r3` for ranks. */
export function tintOf(name: string, scheme: 'light' | 'dark'): string {
  return COLOURS.fill[name][scheme === 'light' ? 0 : 1];
}

/** Light-scheme text and background of a mark, for terminals. */
export function lightMark(name: string): { readonly text: string; readonly background: string } {
  return { text: COLOURS.fill.t[0], background: tintOf(name, 'light') };
}
