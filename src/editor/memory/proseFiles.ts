import * as vscode from 'vscode';
import { Glob } from '../../core/text/glob';
import { MOST_PATTERNS, PathPatterns, patternsIn } from '../../core/text/pathPatterns';
import { patternPath, settingsFor } from '../configuration';
import { lookAtFew } from './changedFiles';
import { type Choice, chooseFiles, type FoundFile, LARGEST_FILE, lookAround } from './fileChoice';
import { GitIgnore } from './gitIgnore';

const EXTENSIONS = ['md', 'markdown', 'mdx', 'txt', 'text', 'rst', 'adoc', 'asciidoc', 'org', 'tex', 'typ', 'fountain'];
/** Glob pattern of prose files. */
export const PROSE_FILES = `**/*.{${EXTENSIONS.join()}}`;
/** Texts by others, or generated ones. */
const NEVER = [
  '**/node_modules/**',
  '**/.git/**',
  '**/{LICENSE,LICENCE,COPYING,NOTICE,CHANGELOG}*',
  '**/*{.min,.lock}.*',
];
const NEVER_READ = new PathPatterns(NEVER);
const PROSE_FILE = new Glob(PROSE_FILES);

/** A file of the workspace that may be read. */
export interface ProseFile extends FoundFile {
  readonly uri: vscode.Uri;
}

/**
 * The prose files of these workspace folders that no setting and no `.gitignore` excludes, in reading order. The
 * document's own folder is searched first.
 */
export async function findProseFiles(
  document: vscode.Uri | undefined,
  folders: readonly vscode.WorkspaceFolder[],
  token: vscode.CancellationToken,
): Promise<Choice<ProseFile>> {
  const own = document && vscode.workspace.getWorkspaceFolder(document);
  const isOwn = ({ uri }: vscode.WorkspaceFolder) => uri.toString() === own?.uri.toString();
  const sorted = [...folders].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  const places = sorted.map((folder) => ({ folder, from: folder.uri }));
  if (document && own && folders.some(isOwn)) {
    places.unshift({ folder: own, from: vscode.Uri.joinPath(document, '..') });
  }
  const leftOut = new LeftOut(folders);
  const found = await lookAround(
    places.map(({ folder, from }) => async (most) => {
      const pattern = new vscode.RelativePattern(from, PROSE_FILES);
      return vscode.workspace.findFiles(pattern, leftOutOfSearch(folder), most, token);
    }),
    String,
    (uri) => lookAt(uri, leftOut),
    () => token.isCancellationRequested,
  );
  return chooseFiles(found, document?.path ?? '');
}

/**
 * The readable files among a few changed ones; undefined where everything must be searched again, because there are too
 * many, or a folder or a `.gitignore` is among them.
 */
export async function lookAtChanged(
  changed: readonly vscode.Uri[],
  folders: readonly vscode.WorkspaceFolder[],
  token: vscode.CancellationToken,
): Promise<ProseFile[] | undefined> {
  if (changed.some(({ path }) => path.endsWith('/.gitignore'))) return undefined;
  const leftOut = new LeftOut(folders);
  return lookAtFew(
    changed,
    {
      isProse: ({ path }) => PROSE_FILE.matches(path),
      isLeftOut: (uri) => leftOut.has(uri),
      isFolder: async (uri) => (await typeOf(uri)) === vscode.FileType.Directory,
      lookAt: (uri) => lookAt(uri, leftOut),
    },
    () => token.isCancellationRequested,
  );
}

/** Whether a file is never read, whatever the settings say. */
export function isNeverRead(uri: vscode.Uri): boolean {
  return NEVER_READ.covers(patternPath(uri));
}

/** The search makes regular expressions of patterns: one with more stars could hold it up. */
const MOST_STARS = 3;

function leftOutOfSearch(folder: vscode.WorkspaceFolder): string {
  // `files.exclude` is the search's own.
  const patterns = [...excludedBy('search', folder), ...patternsIn(settingsFor(folder.uri).memory.exclude)];
  const simple = patterns.filter((glob) => (glob.match(/\*+/g) ?? []).length <= MOST_STARS);
  return `{${[...NEVER, ...simple.slice(0, MOST_PATTERNS)].join()}}`;
}

/** The patterns of `files.exclude` or `search.exclude`; one that holds on a condition is taken to hold. */
function excludedBy(section: 'files' | 'search', folder: vscode.WorkspaceFolder): string[] {
  const set = vscode.workspace.getConfiguration(section, folder).get<Record<string, unknown>>('exclude') ?? {};
  return Object.keys(set).filter((pattern) => Boolean(set[pattern]));
}

/** What is left out of some folders of the workspace, as settings and `.gitignore` files say now; each is read once. */
class LeftOut {
  readonly #read: ReadonlySet<string>;
  readonly #rules = new Map<string, { readonly patterns: PathPatterns; readonly gitIgnore: GitIgnore }>();

  /** @param folders nested ones are left out */
  constructor(folders: readonly vscode.WorkspaceFolder[]) {
    this.#read = new Set(folders.map(({ uri }) => uri.toString()));
  }

  async has(uri: vscode.Uri): Promise<boolean> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder || !this.#read.has(folder.uri.toString())) return true;
    const { patterns, gitIgnore } = this.#rulesOf(folder);
    const path = vscode.workspace.asRelativePath(uri, false);
    return patterns.covers(path) || gitIgnore.ignores(path);
  }

  #rulesOf(folder: vscode.WorkspaceFolder) {
    const name = folder.uri.toString();
    let rules = this.#rules.get(name);
    if (rules === undefined) {
      const own = patternsIn(settingsFor(folder.uri).memory.exclude);
      const patterns = [...NEVER, ...own, ...excludedBy('search', folder), ...excludedBy('files', folder)];
      rules = { patterns: new PathPatterns(patterns), gitIgnore: new GitIgnore((path) => readRules(folder, path)) };
      this.#rules.set(name, rules);
    }
    return rules;
  }
}

async function readRules(folder: vscode.WorkspaceFolder, path: string): Promise<string | undefined> {
  const uri = vscode.Uri.joinPath(folder.uri, path);
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    // Reading a pipe would wait for ever.
    if ((type & vscode.FileType.File) === 0) return undefined;
    // A `.gitignore` that is too large to be read is taken to exclude everything.
    if (size > LARGEST_FILE) return '*';
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

async function typeOf(uri: vscode.Uri): Promise<vscode.FileType | undefined> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type;
  } catch {
    return undefined;
  }
}

async function lookAt(uri: vscode.Uri, leftOut: LeftOut): Promise<ProseFile | undefined> {
  try {
    const { type, size, mtime } = await vscode.workspace.fs.stat(uri);
    // A link's target is either outside, or covered under its own name.
    if (type !== vscode.FileType.File || size > LARGEST_FILE || (await leftOut.has(uri))) return undefined;
    return { uri, path: uri.path, size, changedAt: mtime };
  } catch {
    // It went away while we were looking.
    return undefined;
  }
}
