import { type Command, Help, type HelpConfiguration } from 'commander';

/** Maximum width of the terms on the left; the description of a longer term goes on the next line. */
const TERMS = 30;
/** Minimum width of descriptions. */
const NARROWEST = 20;
const WIDTH = 80;

/** Formats the help of a program and its commands to the terminal's width. */
export function withHelp(program: Command): Command {
  const width = () => Math.max(2 * NARROWEST, process.stdout.columns ?? (Number(process.env.COLUMNS) || WIDTH));
  return program
    .showHelpAfterError('(--help shows what there is; a text that begins with a dash comes after --)')
    .configureOutput({ getOutHelpWidth: width, getErrHelpWidth: width })
    .configureHelp(LAYOUT);
}

const LAYOUT: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: NARROWEST,
  padWidth(command: Command, helper: Help) {
    return Math.min(TERMS, Help.prototype.padWidth.call(this, command, helper));
  },
  formatItem(term: string, termWidth: number, description: string, helper: Help) {
    if (helper.displayWidth(term) <= termWidth) {
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    }
    return `  ${term}\n${Help.prototype.formatItem.call(this, '', termWidth, description, helper)}`;
  },
  boxWrap(text: string, width: number) {
    // JSON examples contain no spaces; allow line breaks after their commas.
    const breakable = text.replaceAll(/\S+/g, (word) =>
      word.length > width ? word.replaceAll(/,(?=.)/g, ', ') : word,
    );
    return Help.prototype.boxWrap.call(this, breakable, width);
  },
};
