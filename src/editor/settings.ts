import type { WorkspaceConfiguration } from 'vscode';
import { type GhostTextSettings, ghostTextSettings } from '../core/ghostText/settings';
import type { Precision } from '../engine/api';
import { SETTINGS, withinSchema } from '../manifest';
import type { SaveEnergy } from './energySaving/energySaving';

/** `inkling.*`, typed and validated. Defaults and bounds are only defined in package.json. */
export interface Settings {
  readonly enable: Readonly<Record<string, boolean>>;
  /** Glob patterns of files without ghost text. */
  readonly exclude: Readonly<Record<string, boolean>>;
  readonly ghostText: GhostTextSettings;
  readonly memory: MemorySettings;
  readonly continueWriting: {
    readonly maxTokens: number;
    readonly preset: string;
    readonly temperature: number | null;
    readonly seed: number | null;
  };
  readonly heatMap: { readonly style: 'tint' | 'underline'; readonly unit: 'token' | 'word' };
  readonly model: ModelSettings;
  /** `endpoint` is empty where it is not set. */
  readonly hub: { readonly enabled: boolean; readonly endpoint: string };
  readonly engine: {
    readonly idleMinutes: number;
    readonly saveEnergy: SaveEnergy;
    /** Address of a model server; empty for the local model. */
    readonly endpoint: string;
    /** Its model; the first one listed if empty. */
    readonly endpointModel: string;
    /** Whether text and key may be sent to another machine over plain http. */
    readonly allowPlainHttp: boolean;
  };
}

export interface MemorySettings {
  /** Whose texts the memory reads: none, the open document, or the whole workspace. */
  readonly sources: 'off' | 'document' | 'workspace';
  /** Glob patterns of files that are never read for the memory. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface ModelSettings {
  /** Folder of the model; empty for the built-in one. */
  readonly path: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Whether to keep the download after installing a model. */
  readonly keepDownload: boolean;
  /** Whether to offer GPT-2 on the first start. */
  readonly offer: boolean;
}

type Inspected = NonNullable<ReturnType<WorkspaceConfiguration['inspect']>>;

/** A scope of a setting and its value there. */
interface SettingPlace {
  readonly target: 'WorkspaceFolder' | 'Workspace' | 'Global';
  /** Whether it is the value for the document's language. */
  readonly inLanguage: boolean;
  readonly value: unknown;
}

/** The scope that decides: values for the language come before all others, the user's come last. */
export function decidingPlace(inspected: Partial<Inspected> = {}): SettingPlace {
  const places: SettingPlace[] = [
    { target: 'WorkspaceFolder', inLanguage: true, value: inspected.workspaceFolderLanguageValue },
    { target: 'Workspace', inLanguage: true, value: inspected.workspaceLanguageValue },
    { target: 'Global', inLanguage: true, value: inspected.globalLanguageValue },
    { target: 'WorkspaceFolder', inLanguage: false, value: inspected.workspaceFolderValue },
    { target: 'Workspace', inLanguage: false, value: inspected.workspaceValue },
  ];
  const decides = places.find(({ value }) => value !== undefined);
  return decides ?? { target: 'Global', inLanguage: false, value: inspected.globalValue };
}

/** Reads the section `inkling`: a value of the wrong type counts as unset, one out of bounds is clamped. */
export function readSettings(config: Pick<WorkspaceConfiguration, 'get'>): Settings {
  const read = <T>(key: string): T => withinSchema(config.get(key), SETTINGS[`inkling.${key}`]) as T;
  return {
    enable: read('enable'),
    exclude: read('exclude'),
    ghostText: ghostTextSettings(read),
    memory: { sources: read('memory.sources'), exclude: read('memory.exclude') },
    continueWriting: {
      maxTokens: read('continueWriting.maxTokens'),
      preset: read('continueWriting.preset'),
      temperature: read('continueWriting.temperature'),
      seed: read('continueWriting.seed'),
    },
    heatMap: { style: read('heatMap.style'), unit: read('heatMap.unit') },
    model: {
      path: read('model.path'),
      precision: read('model.precision'),
      threads: read('model.threads'),
      keepDownload: read('model.keepDownload'),
      offer: read('model.offer'),
    },
    hub: { enabled: read('hub.enabled'), endpoint: read('hub.endpoint') },
    engine: {
      idleMinutes: read('engine.idleMinutes'),
      saveEnergy: read('engine.saveEnergy'),
      endpoint: read('engine.endpoint'),
      endpointModel: read('engine.endpointModel'),
      allowPlainHttp: read('engine.allowPlainHttp'),
    },
  };
}
