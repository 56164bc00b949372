import { Argument, Command, CommanderError, Option } from 'commander';
import type { ModelDescription } from '../application/model-description.ts';
import { nearest } from '../domain/nearest.ts';
import { addAdminCommands } from './admin/commands.ts';
import { openAdminSession } from './admin/session.ts';
import { CliError, EXIT, type ExitCode, reasonOf } from './cli-error.ts';
import { ignoreClosedPipes } from './closed-pipe.ts';
import { listFiles, removeFiles, uploadFiles } from './files.ts';
import { type Finding, sayFindings } from './findings.ts';
import { type Delivery, generate, type Run } from './generate.ts';
import { get } from './get.ts';
import { EXAMPLES, EXIT_CODES, SERVERS } from './help-texts.ts';
import { onInterruption } from './interruption.ts';
import { addBooks, type Books } from './ledger.ts';
import { listModels } from './models.ts';
import { type Output, openOutput } from './output.ts';
import type { GenerateOptions } from './request-body.ts';
import type { Settings } from './settings.ts';

/** What the commands need from the rest of the program; main hands it in. */
export interface Surroundings {
  readonly version: string;
  serve(): Promise<void>;
  emulate(options: { readonly port: string; readonly speed: string; readonly stock?: boolean }): Promise<void>;
  /** Throws CliError for a setting that cannot be used. */
  settings(): Promise<Settings>;
  catalogue(): Promise<readonly ModelDescription[]>;
  examine(): Promise<readonly Finding[]>;
  /** Throws CliError where the database cannot be used. */
  books(): Promise<Books>;
}

interface Json {
  readonly json?: boolean;
}

/** Runs the command that the arguments name. Sets the exit code; never throws. */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  ignoreClosedPipes();
  try {
    await buildProgram(surroundings).parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.refused;
      // What is wrong was said on standard error; who reads JSON wants an object all the same.
      const details = { code: 'usage', message: error.message.replace(/^error: /, '') };
      if (error.exitCode !== 0 && argv.includes('--json'))
        process.stdout.write(`${JSON.stringify({ error: details })}\n`);
    } else {
      process.stderr.write(`${reasonOf(error)}\n`);
      process.exitCode = error instanceof CliError ? error.exitCode : EXIT.failed;
    }
  }
}

const HELP_COLUMNS = 110;

function buildProgram(surroundings: Surroundings): Command {
  const program = new Command('onereel')
    .description('One self-hosted API for every video model.')
    .version(surroundings.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(--help lists what can be said)')
    .configureHelp({ helpWidth: HELP_COLUMNS, subcommandTerm: (command) => command.name() })
    .exitOverride()
    .addHelpText('after', EXAMPLES.program);
  program
    .command('serve', { isDefault: true })
    .description('Start the gateway (this is what onereel does without a command).')
    .addArgument(new Argument('[words...]').default([], 'none'))
    .usage('')
    .action((words: readonly string[]) =>
      words[0] === undefined ? surroundings.serve() : unknownCommand(program, words[0]),
    );
  addGenerate(program, surroundings);
  addGet(program, surroundings);
  addFiles(program, surroundings);
  addModels(program, surroundings);
  addDoctor(program, surroundings);
  addLedger(program, surroundings);
  program
    .command('emulate')
    .description('Start the emulated vendors alone, with their control API, on 127.0.0.1.')
    .option('--port <port>', 'port to listen on', '8788')
    .option('--speed <factor>', 'how much faster than a few seconds per video', '1')
    .option('--stock', 'cheap stock clips instead of rendered ones')
    .action(surroundings.emulate);
  return program;
}

/** The default command gets every word that is no command. */
function unknownCommand(program: Command, word: string): never {
  const [meant] = nearest(
    word,
    program.commands.map((command) => command.name()),
    1,
  );
  return program.error(`error: there is no command ${word}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

const MODEL = 'viduq3t-720p';
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const several = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser(collect);

const addDelivery = (command: Command): Command =>
  command
    .option('-o, --out <file>', 'where to save the video; default: named after the prompt')
    .option('-f, --force', 'replace the file if it exists')
    .option('--live', 'use the live key: the real model, for real money')
    .option('--json', 'one JSON object on standard output, everything else on standard error');

function addGenerate(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('generate')
    .description('Make a video and save it. Starts a server when none runs.')
    .argument('[prompt]', 'what the video shows')
    .option('-m, --model <model>', 'a model from `onereel models`', MODEL)
    .option('--image <file|url>', 'first frame')
    .option('--last-image <file|url>', 'last frame; only together with --image')
    .addOption(several('--ref <file|url>', 'reference image'))
    .addOption(several('--video <file|url>', 'video to extend (Veo) or reference video (Seedance)'))
    .addOption(several('--audio <file|url>', 'reference sound (Seedance)'))
    .option('-d, --duration <seconds>', 'length of the video; default: the model’s')
    .option('--ratio <w:h>', 'aspect ratio, such as 16:9 or 9:16')
    .option('--size <size>', 'a tier such as 720p, or pixels such as 1280x720')
    .option('--seed <number>', 'for repeatable results, where the model takes one')
    .option('--sound', 'a video with sound')
    .option('--no-sound', 'a silent video; without either the model’s default counts')
    .option('--quote', 'only say what it would cost; nothing is made');
  addDelivery(command)
    .addHelpText('after', EXAMPLES.generate + SERVERS + EXIT_CODES)
    .action((prompt: string | undefined, options: GenerateOptions & Delivery & Json) =>
      runCommand(options, surroundings, (run) => generate(prompt, options, run)),
    );
}

function addGet(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('get')
    .description('Pick up a generation: wait for its end and save the video.')
    .argument('<id>', 'such as task_123');
  addDelivery(command)
    .addHelpText('after', EXAMPLES.get + SERVERS + EXIT_CODES)
    .action((id: string, options: Delivery & Json) =>
      runCommand(options, surroundings, (run) => get(id, options, run)),
    );
}

function addFiles(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('files')
    .description('Files for later requests: --image, --ref, --video and --audio take their ids.')
    .addHelpText('after', EXAMPLES.files);
  const add = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--live', 'the live key’s files, for real models; test and live keys share none')
      .option('--json', 'one JSON object on standard output');
  add('list', 'List the files that are kept, newest first.').action((options: Listing) =>
    runCommand(options, surroundings, (run) => listFiles(options, run)),
  );
  add('upload', 'Upload images, videos or sounds, and print their ids.')
    .argument('<files...>', 'files of this machine')
    .action((names: readonly string[], options: Listing) =>
      runCommand(options, surroundings, (run) => uploadFiles(names, options, run)),
    );
  add('rm', 'Delete files. Videos that are being made of them keep their copies.')
    .argument('<ids...>', 'such as file_123')
    .action((ids: readonly string[], options: Listing) =>
      runCommand(options, surroundings, (run) => removeFiles(ids, options, run)),
    );
}

type Listing = Json & { readonly live?: boolean };

function addModels(program: Command, surroundings: Surroundings): void {
  program
    .command('models')
    .description('List the models: what they start from, seconds, sizes, price.')
    .argument('[filter]', 'part of a name or family, such as veo or 1080p')
    .option('--json', 'everything about them, as one JSON object')
    .addHelpText('after', EXAMPLES.models)
    .action((filter: string | undefined, options: Json) =>
      runCommand(options, surroundings, (run) => listModels(filter, surroundings.catalogue, run)),
    );
}

function addDoctor(program: Command, surroundings: Surroundings): void {
  program
    .command('doctor')
    .description('Look whether Onereel can run here, and say what to do where it cannot. Spends nothing.')
    .option('--json', 'the findings as one JSON object')
    .addHelpText('after', EXAMPLES.doctor)
    .action(async ({ json = false }: Json) => {
      const findings = await surroundings.examine();
      sayFindings(findings, openOutput(json, streams()));
      process.exitCode = findings.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.done;
    });
}

function addLedger(program: Command, surroundings: Surroundings): void {
  const ledger = program
    .command('ledger')
    .description('The books: whether they are right, and all their entries.')
    .addHelpText('after', EXAMPLES.ledger);
  addBooks(ledger, ({ json = false }, act) =>
    saying(openOutput(json, streams()), async (output) => act(await surroundings.books(), output)),
  );
  addAdminCommands({ program, ledger }, (options, act) =>
    runCommand(options, surroundings, async (run) => act(await openAdminSession(options, run))),
  );
}

/** Whatever ends a command is said in a sentence. */
async function saying(output: Output, command: (output: Output) => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await command(output);
  } catch (error) {
    process.exitCode = sayError(error, output);
  }
}

const streams = () => ({ stdout: process.stdout, stderr: process.stderr, term: process.env['TERM'] });

/** One command, from its settings to its exit code; whatever ends it is said in a sentence. */
async function runCommand(
  { json = false }: Json,
  { settings }: Surroundings,
  command: (run: Run) => Promise<ExitCode>,
): Promise<void> {
  const output = openOutput(json, streams());
  const interruption = onInterruption();
  try {
    process.exitCode = await command({ settings: await settings(), output, signal: interruption.signal });
  } catch (error) {
    process.exitCode = interruption.signal.aborted ? sayInterrupted(output) : sayError(error, output);
  } finally {
    interruption.end();
  }
}

function sayInterrupted(output: Output): ExitCode {
  output.complain('Interrupted. Nothing was sent.');
  output.result({ error: { code: 'interrupted', message: 'Interrupted. Nothing was sent.' } });
  return EXIT.interrupted;
}

function sayError(error: unknown, output: Output): ExitCode {
  const known = error instanceof CliError ? error : new CliError(EXIT.failed, reasonOf(error), { code: 'unexpected' });
  output.complain(known.message);
  output.result({ error: known.details });
  return known.exitCode;
}
