import Fastify, { type FastifyInstance } from 'fastify';
import { describeArk } from './ark/answers.ts';
import { createArkEmulator } from './ark/emulator.ts';
import { createContext, type EmulatorOptions } from './kit/context.ts';
import { createControl } from './kit/control.ts';
import { describeVertex } from './vertex/answers.ts';
import { createVertexEmulator } from './vertex/emulator.ts';
import { describeVidu } from './vidu/answers.ts';
import { createViduEmulator } from './vidu/emulator.ts';

/** Vendors keep tasks for 7 days; reports may look back further. */
const KEPT_MS = 30 * 86_400_000;

const VENDORS = { vidu: describeVidu, ark: describeArk, vertex: describeVertex };

/**
 * All emulators in one server, not yet listening: `/vidu`, `/ark`, `/vertex`, and `/control` when `control` is given.
 * Any number of them may run over one store.
 */
export async function createEmulatorServer(options: EmulatorOptions): Promise<FastifyInstance> {
  const context = createContext(options);
  // A paid create must not be lost to a keep-alive race; polls come seconds apart.
  const app = Fastify({ keepAliveTimeout: 72_000, forceCloseConnections: true });
  await app.register(createViduEmulator(context), { prefix: '/vidu' });
  await app.register(createArkEmulator(context), { prefix: '/ark' });
  await app.register(createVertexEmulator(context), { prefix: '/vertex' });
  if (options.control !== undefined) {
    const control = createControl(context, { ...options.control, vendors: VENDORS });
    await app.register(control, { prefix: '/control' });
  }
  app.addHook('onReady', async () => {
    await context.inputs.sweep();
    await options.store.removeBefore((await options.store.now()) - KEPT_MS);
  });
  app.addHook('onClose', () => context.renderings.idle());
  return app;
}
