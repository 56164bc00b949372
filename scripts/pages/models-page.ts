import { describeModels } from '../../src/application/describe-models.ts';
import type { ModeDescription, ModelDescription } from '../../src/application/model-description.ts';
import { mediaFieldsOf } from '../../src/dialects/uniall/families.ts';
import { type Catalogue, capabilitiesOf, type OpenRoute } from '../../src/domain/catalogue.ts';
import { MODES, type Mode } from '../../src/domain/request.ts';
import { code, groupBy, numbers, page, table, words } from './markdown.ts';
import { ignoredList, type ModeOf, optionTable } from './model-options.ts';
import { priceAtFirst, priceLists } from './model-prices.ts';

interface Section {
  readonly title: string;
  readonly families: readonly string[];
}

/** The page, in its order. */
const SECTIONS: readonly Section[] = [
  { title: 'Vidu', families: ['vidu'] },
  { title: 'Seedance 2.0', families: ['seedance', 'jisudance'] },
  { title: 'Veo 3.1', families: ['veo'] },
];

/** Who is meant by a family in the table of fields. */
const NAMES: Readonly<Record<string, string>> = {
  vidu: '`vidu…`',
  seedance: '`seedance2.0-…` and the vendors’ own names',
  jisudance: '`jisudance2.0-…`',
  veo: '`veo…`',
};

const INTRODUCTION = `# Models

<!-- Generated from the catalogue by \`npm run codegen\`: change the catalogue, not this page. -->

What can be called, what each model can do, and what it costs. A running gateway says the same, for programs, at
\`GET /v1/video/models\`; \`npx onereel models\` prints it.

There is no mode field: the mode follows from the media fields that are present. A value outside these tables is refused
before anything is spent, with a message that names what is allowed. Where a page of a vendor and a page of the protocol
differ, the vendor's range counts.

Names with a size in them have that size: a \`size\` that differs is refused. The other names are the vendors' own. A value
in bold is what is sent when nothing is said. Names in \`-offpeak\` are made in the vendor's quiet hours: cheaper, within two
days.

Prices are what the vendors publish, in their own currency, with the page and the day they were read. The first vendor in
"Served by" that has a key here is used first; another one is tried only when the first surely did not start the work.
Where a price is listed for some lengths, it rises evenly in between.`;

/** docs/models.md. */
export function modelsPage(catalogue: Catalogue): string {
  const models = describeModels(catalogue);
  const families = SECTIONS.flatMap((section) => section.families);
  const unknown = models.find(({ family }) => !families.includes(family));
  if (unknown) throw new Error(`family ${unknown.family} has no section on this page`);
  return page([
    INTRODUCTION,
    fieldsPart(models, families),
    ...SECTIONS.map((section) => sectionPart({ catalogue, models }, section)),
  ]);
}

/** Which fields of a request lead to which mode. */
function fieldsPart(models: readonly ModelDescription[], families: readonly string[]): string {
  const modesOf = (family: string) =>
    new Set(models.filter((model) => model.family === family).flatMap(({ modes }) => Object.keys(modes)));
  const rows = MODES.filter((mode) => families.some((family) => modesOf(family).has(mode))).map((mode) => [
    mode,
    ...families.map((family) => (modesOf(family).has(mode) ? fieldsOf(family, mode) : 'not offered')),
  ]);
  return `## Fields and modes

${table(['Mode', ...families.map((family) => NAMES[family] ?? family)], rows)}

The \`seedance2.0-…\` names and the vendors' own also take \`content[]\`, the vendor's parts, instead of \`prompt\` and
these fields; the roles of the parts say the mode. Fields of two modes in one request are refused.`;
}

const ROLES: Readonly<Record<Mode, readonly string[]>> = {
  text: [],
  image: ['first_frame'],
  frames: ['first_frame', 'last_frame'],
  references: ['reference'],
  extend: ['source'],
  edit: ['source'],
};

function fieldsOf(family: string, mode: Mode): string {
  const fields = Object.entries(mediaFieldsOf(family));
  const names = ROLES[mode].map((wanted) =>
    fields.filter(([, { role }]) => role === wanted).map(([name]) => code(name)),
  );
  if (names.length === 0) return '`prompt` alone';
  return names.map((one) => (one.length > 1 ? `any of ${one.join(', ')}` : one.join(''))).join(' and ');
}

interface Facts {
  readonly catalogue: Catalogue;
  readonly models: readonly ModelDescription[];
}

function sectionPart({ catalogue, models }: Facts, { title, families }: Section): string {
  const own = models.filter(({ family }) => families.includes(family));
  const groups = groupBy(own, ({ modes }) => JSON.stringify(modes, (name, value) => (name === 'size' ? null : value)));
  const routes = catalogue.models
    .filter(({ family }) => families.includes(family))
    .flatMap((model) => catalogue.routesOf(model));
  const modes = differentModes(routes);
  const ignored = ignoredList(modes);
  const sources = [...new Set(routes.map(({ model }) => `${model.source.page}, read on ${model.source.date}`))];
  return [
    `## ${title}`,
    `Source of the limits: ${sources.join('; ')}.`,
    ...groups.map((group) => groupPart(group)),
    `### Media for ${title}`,
    inputTable(own, families),
    `### Options of ${title}`,
    'In `extra_body` or at the top level. A default is sent, and billed, as it stands here.',
    optionTable(modes),
    ...(ignored === '' ? [] : [`Accepted without effect, with a warning:\n\n${ignored}`]),
    `### Prices of ${title}`,
    priceLists(routes),
  ].join('\n\n');
}

/** One of each that differ in options. */
const differentModes = (routes: readonly OpenRoute[]): readonly ModeOf[] =>
  groupBy(
    routes.flatMap((route) =>
      MODES.flatMap((mode): ModeOf[] => {
        const capabilities = capabilitiesOf(route, mode);
        return capabilities ? [{ mode, capabilities }] : [];
      }),
    ),
    ({ mode, capabilities: { options, harmless } }) => `${mode} ${Object.keys(options.shape)} ${Object.keys(harmless)}`,
  ).map(([one]) => one);

/** Models that differ in name, size and price only. */
function groupPart(group: readonly [ModelDescription, ...ModelDescription[]]): string {
  const [{ modes }] = group;
  const families = [...new Set(group.map(({ family }) => family))];
  return [
    table(
      ['Name', 'Size', 'Served by', 'Price at the first'],
      group.map((model) => [code(model.id), sizesOf(model), servedBy(model), priceAtFirst(model)]),
    ),
    table(
      ['Mode', 'Seconds', 'Ratio', 'Prompt', 'Media', 'Sound', 'Seed'],
      Object.entries(modes).map(([mode, description]) => modeRow(mode, { description, families })),
    ),
  ].join('\n\n');
}

/** One size where all modes have it, else per mode. */
function sizesOf({ modes }: ModelDescription): string {
  const shown = ({ size: { allowed, default: standard, at = {} } }: ModeDescription) => {
    const sizes = allowed.length > 1 ? `${words(allowed)} (**${standard}**)` : standard;
    return [sizes, ...Object.entries(at).map(([seconds, fewer]) => `at ${seconds} s ${words(fewer)}`)].join(', ');
  };
  return [...new Set(Object.values(modes).map(shown))].join('; ');
}

const servedBy = ({ served_by }: ModelDescription): string =>
  groupBy(served_by, ({ model }) => model)
    .map((group) => `${code(group[0].model)} at ${group.map(({ provider }) => provider).join(', ')}`)
    .join('; ');

function modeRow(
  mode: string,
  { description, families }: { readonly description: ModeDescription; readonly families: readonly string[] },
): readonly string[] {
  const { duration, aspect_ratio, prompt, audio, seed } = description;
  const adjusted = Object.entries(duration.adjusted ?? {}).map(([asked, sent]) => `${asked} is sent as ${sent}`);
  const seconds =
    duration.allowed.length > 1 ? `${numbers(duration.allowed)} (**${duration.default}**)` : String(duration.default);
  const ratios = aspect_ratio.allowed.map((ratio) => (ratio === aspect_ratio.default ? `**${ratio}**` : ratio));
  return [
    mode,
    `${mode === 'extend' ? 'adds ' : ''}${[seconds, ...adjusted].join('; ')}`,
    ratios.join(', ') || 'as the input',
    `${prompt.required ? 'required' : 'optional'}, up to ${prompt.max_chars} characters`,
    mediaOf(description, families),
    { optional: audio.default ? '**on**, or off' : '**off**, or on', never: 'never', always: 'always' }[audio.choice],
    seed ? `${seed.min} to ${seed.max}` : 'none',
  ];
}

function mediaOf({ inputs, total_inputs }: ModeDescription, families: readonly string[]): string {
  const rules = named(inputs, families).map((rule) => `${code(fieldOf(families, rule))}: ${countOf(rule)}`);
  const total = total_inputs ? [`${countOf(total_inputs)} in all`] : [];
  return [...rules, ...total].join(', ') || 'none';
}

type InputRule = ModeDescription['inputs'][number];

/** What these families have a field for: the others can be sent in the vendor's own protocol only. */
const named = (inputs: readonly InputRule[], families: readonly string[]): readonly InputRule[] =>
  inputs.filter((rule) => fieldOf(families, rule) !== '');

/** The field that all these families have for it. */
const fieldOf = (families: readonly string[], { role, kind }: InputRule): string =>
  families
    .map((family) =>
      Object.entries(mediaFieldsOf(family))
        .filter(([, field]) => field.role === role && field.kind === kind)
        .map(([name]) => name),
    )
    .reduce((common, names) => common.filter((name) => names.includes(name)))
    .join('` or `');

const countOf = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? String(max) : `${min} to ${max}`;

/** What a file may be, once per field. */
function inputTable(models: readonly ModelDescription[], families: readonly string[]): string {
  const rules = models.flatMap(({ modes }) => Object.values(modes).flatMap(({ inputs }) => named(inputs, families)));
  const rows = groupBy(rules, (rule) => limitsOf(rule).join(' ')).map((group) => [
    [...new Set(group.map((rule) => code(fieldOf(families, rule))))].join(', '),
    ...limitsOf(group[0]),
  ]);
  return table(['Fields', 'Formats', 'At most', 'Seconds', 'Picture', 'Given as'], rows);
}

const MEGA = 1_000_000;

function limitsOf(rule: InputRule): readonly string[] {
  const { media_types, max_bytes, seconds, data_uri } = rule;
  const total = seconds?.total === undefined ? '' : `, ${seconds.total} in all`;
  return [
    media_types.map((type) => type.replace(/^\w+\//, '')).join(', '),
    `${Math.ceil(max_bytes / MEGA)} MB`,
    seconds ? `${seconds.min} to ${seconds.max}${total}` : '',
    pictureOf(rule),
    data_uri ? 'URL, data URI or file' : 'URL; data URI or file where this server has a public address',
  ];
}

/** Sizes, shapes, rates and codecs. */
function pictureOf({ side, ratio, pixels, fps, codecs }: InputRule): string {
  const sides = side && (side.max === undefined ? `sides from ${side.min} px` : `sides ${side.min} to ${side.max} px`);
  const parts = [
    sides,
    ratio && `width by height ${ratio.min} to ${ratio.max}`,
    pixels && `${pixels.min} to ${pixels.max} pixels`,
    fps && `${fps.min} to ${fps.max} frames a second`,
    codecs && `${codecs.video.join(' or ')} with ${codecs.audio.join(', ')} or silent`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}
