import * as vscode from 'vscode';
import { MOST_PATTERNS, PathPatterns, patternsIn } from '../../core/text/pathPatterns';
import { settingsFor } from '../configuration';
import { type Choice, chooseFiles, type FoundFile, LARGEST_FILE, lookAround } from './fileChoice';
import { GitIgnore } from './gitIgnore';

const EXTENSIONS = ['md', 'markdown', 'mdx', 'txt', 'text', 'rst', 'adoc', 'asciidoc', 'org', 'tex', 'typ', 'fountain'];
/** What prose looks like from outside. */
export const PROSE_FILES = `**/*.{${EXTENSIONS.join()}}`;
/** Texts that others wrote, or programs. */
const NEVER = [
  '**/node_modules/**',
  '**/.git/**',
  '**/{LICENSE,LICENCE,COPYING,NOTICE,CHANGELOG}*',
  '**/*{.min,.lock}.*',
];
export const NEVER_READ = `{${NEVER.join()}}`;

/** A file of the workspace that may be read. */
export interface ProseFile extends FoundFile {
  readonly uri: vscode.Uri;
}

/**
 * The prose files of the workspace's folders that no setting and no `.gitignore` leaves out, in the order of reading.
 * The document's own folder is searched first.
 */
export async function findProseFiles(
  document: vscode.Uri | undefined,
  token: vscode.CancellationToken,
): Promise<Choice<ProseFile>> {
  const own = document && vscode.workspace.getWorkspaceFolder(document);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const places = [
    ...(own && document ? [{ folder: own, from: vscode.Uri.joinPath(document, '..') }] : []),
    ...[...folders]
      .sort((a, b) => Number(b === own) - Number(a === own))
      .map((folder) => ({ folder, from: folder.uri })),
  ];
  const found: ProseFile[] = await lookAround(
    places.map(({ folder, from }) => {
      const { forSearch, excludes } = excludedIn(folder);
      const isIgnored = ignoredIn(folder, excludes);
      return async (most) => {
        const uris = await vscode.workspace.findFiles(
          new vscode.RelativePattern(from, PROSE_FILES),
          forSearch,
          most,
          token,
        );
        return uris.map((uri) => ({ uri, isIgnored }));
      };
    }),
    ({ uri }) => uri.toString(),
    ({ uri, isIgnored }) => lookAt(uri, isIgnored),
    () => token.isCancellationRequested,
  );
  return chooseFiles(found, document?.path ?? '');
}

/** Whether one file would be found. */
export async function isProseFile(uri: vscode.Uri): Promise<ProseFile | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return undefined;
  const path = vscode.workspace.asRelativePath(uri, false);
  const matches = await vscode.workspace.findFiles(
    new vscode.RelativePattern(folder, escaped(path)),
    excludedIn(folder).forSearch,
    1,
  );
  return matches.length === 0 ? undefined : lookAt(uri, ignoredIn(folder, excludedIn(folder).excludes));
}

/** The search makes regular expressions of patterns: one with more stars could hold it up. */
const MOST_STARS = 3;

interface Excluded {
  /** What the search need not look at. `files.exclude` is its own. */
  readonly forSearch: string;
  /** Whether a file that was found is left out. */
  readonly excludes: (path: string) => boolean;
}

function excludedIn(folder: vscode.WorkspaceFolder): Excluded {
  const searched = vscode.workspace.getConfiguration('search', folder).get<Record<string, unknown>>('exclude') ?? {};
  const patterns = [searched, settingsFor(folder.uri).memory.exclude].flatMap(patternsIn).slice(0, MOST_PATTERNS);
  const simple = patterns.filter((glob) => (glob.match(/\*+/g) ?? []).length <= MOST_STARS);
  const excluded = new PathPatterns(patterns);
  return {
    forSearch: `{${[...NEVER, ...simple].join()}}`,
    excludes: (path) => excluded.covers(path),
  };
}

function ignoredIn(folder: vscode.WorkspaceFolder, excludes: Excluded['excludes']): (path: string) => Promise<boolean> {
  const rules = new GitIgnore(async (path) => {
    const uri = vscode.Uri.joinPath(folder.uri, path);
    try {
      const { type, size } = await vscode.workspace.fs.stat(uri);
      // Reading a pipe would wait for ever.
      if ((type & vscode.FileType.File) === 0) return undefined;
      // What is too large to be read may name anything.
      if (size > LARGEST_FILE) return '*';
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    } catch {
      return undefined;
    }
  });
  return async (path) => excludes(path) || rules.ignores(path);
}

async function lookAt(uri: vscode.Uri, isIgnored: (path: string) => Promise<boolean>): Promise<ProseFile | undefined> {
  try {
    const { type, size, mtime } = await vscode.workspace.fs.stat(uri);
    // A link would bring in what lies elsewhere, or is left out under its own name.
    if (type !== vscode.FileType.File || size > LARGEST_FILE) return undefined;
    if (await isIgnored(vscode.workspace.asRelativePath(uri, false))) return undefined;
    return { uri, path: uri.path, size, changedAt: mtime };
  } catch {
    // It went away while we were looking.
    return undefined;
  }
}

/** A path as a pattern that matches just it. */
function escaped(path: string): string {
  return path.replace(/[[\]{}*?]/g, '[$&]');
}
