import * as l10n from '@vscode/l10n';
import { fixed, languageName, whole } from '../../core/text/locale';
import type { Precision } from '../../engine/api';
import { type CatalogueModel, catalogue } from '../../store/catalogue';
import { formatBytes } from '../../store/format';
import type { InstalledModel, UnusableModel } from '../../store/installedModels';
import {
  expectedDiskBytes,
  expectedMemoryBytes,
  type ModelShape,
  parametersOf,
  predictSpeed,
  shapeOf,
} from '../../store/modelCosts';
import { hasPublishedOutputs } from '../../store/selftest/references';
import type { Speed } from './speedEstimate';

/** A row of the quick pick, independent of VS Code's type. */
export interface Row {
  readonly action:
    | { readonly kind: 'default' }
    | { readonly kind: 'use'; readonly model: InstalledModel }
    | { readonly kind: 'clear'; readonly model: UnusableModel }
    | { readonly kind: 'install'; readonly id: string };
  readonly name: string;
  readonly facts: string;
  readonly costs: string;
  readonly current: boolean;
}

/** Rows under a title. */
export interface RowGroup {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Facts from which the rows are made. */
export interface Circumstances {
  readonly installed: readonly InstalledModel[];
  readonly unusable: readonly UnusableModel[];
  /** Folder in `inkling.model.path`; empty for the default model. */
  readonly path: string;
  /** Precision of the next installation. */
  readonly precision: Precision;
  readonly defaultModel: ModelShape;
  /** Whether models may be downloaded. */
  readonly hubEnabled: boolean;
  /** A measurement on this machine, if there is one. */
  readonly speed?: Speed;
}

/** The default model, every installed one, and the rest of the catalogue. */
export function modelRows(circumstances: Circumstances): RowGroup[] {
  const { installed, unusable, hubEnabled } = circumstances;
  const onHub = hubEnabled ? catalogue : [];
  const left = onHub.filter(({ id }) => !installed.some(({ manifest }) => manifest.origin.id === id));
  const isFirst = ({ language, kind }: CatalogueModel) => language === 'English' && kind === undefined;
  const offer = (model: CatalogueModel) => offeredRow(model, circumstances);
  return [
    {
      title: l10n.t('On this machine'),
      rows: [
        defaultRow(circumstances),
        ...installed.map((model) => installedRow(model, circumstances)),
        ...unusable.map(unusableRow),
      ],
    },
    { title: l10n.t('English, to download'), rows: left.filter(isFirst).map(offer) },
    {
      title: l10n.t('Other languages and kinds, to download (type a language)'),
      rows: left.filter((model) => !isFirst(model)).map(offer),
    },
  ].filter(({ rows }) => rows.length > 0);
}

function defaultRow(circumstances: Circumstances): Row {
  const { defaultModel, precision, path } = circumstances;
  return {
    action: { kind: 'default' },
    name: l10n.t('Inkling default'),
    facts: joined(millions(defaultModel), languageName('en'), l10n.t('comes with Inkling')),
    costs: joined(...runningCosts(defaultModel, precision, circumstances)),
    current: path === '',
  };
}

function installedRow(model: InstalledModel, circumstances: Circumstances): Row {
  const { manifest, folder, bytes } = model;
  const shape = shapeOf(manifest.config);
  const known = catalogue.find(({ id }) => id === manifest.origin.id);
  return {
    action: { kind: 'use', model },
    name: manifest.name,
    facts: joined(
      millions(shape),
      known && kindOf(known),
      known && licenceOf(known),
      l10n.t('installed ({0})', manifest.precision),
    ),
    costs: joined(
      l10n.t('{0} on disk', formatBytes(bytes)),
      ...runningCosts(shape, manifest.precision, circumstances),
      // Many folders are called `checkpoint-500`: the path distinguishes imports with equal names.
      manifest.origin.kind === 'local' && manifest.origin.revision,
    ),
    current: circumstances.path === folder,
  };
}

function unusableRow(model: UnusableModel): Row {
  return {
    action: { kind: 'clear', model },
    name: model.name,
    facts: joined(
      model.reason === 'damaged' ? l10n.t('damaged') : l10n.t('made by another version of Inkling'),
      model.folder.split(/[\\/]/).at(-1),
    ),
    costs: l10n.t('It cannot be used. Choose it to remove it; then it can be installed again.'),
    current: false,
  };
}

function offeredRow(model: CatalogueModel, circumstances: Circumstances): Row {
  const { id, name, shape, weights } = model;
  const { precision } = circumstances;
  return {
    action: { kind: 'install', id },
    name,
    facts: joined(millions(shape), kindOf(model), licenceOf(model)),
    costs: joined(
      l10n.t('{0} download', formatBytes(weights.bytes)),
      l10n.t('{0} on disk', formatBytes(expectedDiskBytes(shape, precision))),
      ...runningCosts(shape, precision, circumstances),
      !hasPublishedOutputs(id) && l10n.t('no published output to test it against'),
    ),
    current: false,
  };
}

function kindOf({ language, kind }: CatalogueModel): string {
  return joined(languageText(language), kind === 'conversations' ? l10n.t('conversations') : kind);
}

/** Language tags of the catalogue's languages by their English names. */
const TAGS: Readonly<Record<string, string>> = {
  Czech: 'cs',
  Dutch: 'nl',
  English: 'en',
  Finnish: 'fi',
  French: 'fr',
  German: 'de',
  Polish: 'pl',
  Portuguese: 'pt',
  Spanish: 'es',
  Turkish: 'tr',
  Vietnamese: 'vi',
};

/** A catalogue language such as `German (Deutsch)`, in the editor's language and in its own. */
function languageText(language: string): string {
  const [english, itself] = language.split(/ \(|\)/);
  const here = Object.hasOwn(TAGS, english) ? languageName(TAGS[english]) : english;
  return itself && itself.toLowerCase() !== here.toLowerCase() ? `${here} (${itself})` : here;
}

function licenceOf({ licence }: CatalogueModel): string {
  return licence ?? l10n.t('no licence stated');
}

/** Memory, and time per token if this machine has been measured. */
function runningCosts(shape: ModelShape, precision: Precision, { speed }: Circumstances): (string | undefined)[] {
  const ms = speed && predictSpeed(speed.ms, speed.of, { shape, precision });
  return [
    l10n.t('up to {0} of memory', formatBytes(expectedMemoryBytes(shape, precision))),
    ms && l10n.t('about {0} ms per token here', fixed(ms, ms < 10 ? 1 : 0)),
  ].map((part) => part || undefined);
}

function millions(shape: ModelShape): string {
  return l10n.t('{0} million parameters', whole(parametersOf(shape) / 1e6));
}

function joined(...parts: (string | undefined | false)[]): string {
  return parts.filter(Boolean).join(' · ');
}
