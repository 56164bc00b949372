import { buildProgram } from './cli/program.ts';
import { emulate } from './emulate.ts';
import { serve } from './serve.ts';

await buildProgram({ serve, emulate }).parseAsync();
