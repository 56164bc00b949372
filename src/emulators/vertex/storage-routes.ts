/** Reading results out of the emulated bucket: `GET /storage/v1/b/{bucket}/o/{object}` and `…/o?prefix=`. */
import { stat } from 'node:fs/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { EmulatorContext } from '../kit/context.ts';
import { captureDownload } from '../kit/downloads.ts';
import { createFaultyRoutes } from '../kit/faults.ts';
import { serveFile } from '../kit/serve-file.ts';
import { vertexRefusal, vertexTrouble } from './refusals.ts';
import { createStorage } from './storage.ts';

const Params = z.object({ bucket: z.string(), object: z.string().default('') });
const Query = z.object({ alt: z.string().optional(), prefix: z.string().default('') });

/** `accountOf` says whose token came with a request. */
export function addStorageRoutes(
  app: FastifyInstance,
  context: EmulatorContext,
  accountOf: (request: FastifyRequest) => Promise<string>,
): void {
  const storage = createStorage(context);
  const faulty = createFaultyRoutes({ vendor: 'vertex', faults: context.faults, trouble: vertexTrouble });

  async function found(request: FastifyRequest, change: { readonly remade: boolean }) {
    const { bucket, object: name } = Params.parse(request.params);
    const object = await storage.find({ bucket, name }, await accountOf(request), change);
    if (object === undefined) throw vertexRefusal(404, `No such object: ${bucket}/${name}`);
    return { ...object, bucket, name };
  }

  app.get(
    '/storage/v1/b/:bucket/o/:object',
    faulty('download', async (request, reply, fault) => {
      const { task, path, bucket, name } = await found(request, { remade: fault?.kind === 'remade' });
      const { alt } = Query.parse(request.query);
      if (alt !== 'media') {
        const { size } = await stat(path);
        return { kind: 'storage#object', bucket, name, size: String(size), contentType: 'video/mp4' };
      }
      if (request.method === 'GET') await context.store.count('vertex', task.id, 'downloads');
      const sent = captureDownload(context, request, { vendor: 'vertex', account: task.account });
      return serveFile(request, reply, { path, fault, sent });
    }),
  );

  app.get(
    '/storage/v1/b/:bucket/o',
    faulty('list', async (request) => {
      const { bucket } = Params.parse(request.params);
      const { prefix } = Query.parse(request.query);
      const objects = await storage.list({ bucket, name: prefix }, await accountOf(request));
      const items = objects.map(({ name, task }) => ({
        kind: 'storage#object',
        bucket,
        name,
        contentType: 'video/mp4',
        timeCreated: new Date(task.doc.plan.endMs).toISOString(),
      }));
      return { kind: 'storage#objects', items };
    }),
  );
}
