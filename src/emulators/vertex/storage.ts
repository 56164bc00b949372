/** The little of Google Cloud Storage that results with a storageUri need: objects are tasks' videos, nothing is uploaded. */
import type { EmulatorContext } from '../kit/context.ts';
import { findTask, listTasks } from '../kit/find-task.ts';
import type { Task } from '../kit/task.ts';
import { phaseAt } from '../kit/timeline.ts';

export interface ObjectName {
  readonly bucket: string;
  readonly name: string;
}

/** `gs://bucket/prefix/` in its parts; the prefix ends with a slash or is empty. */
function storagePlace(storageUri: string): ObjectName {
  const [bucket = '', ...rest] = storageUri.slice('gs://'.length).split('/');
  const prefix = rest.join('/');
  return { bucket, name: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

/** The object of a task's n-th video; undefined when the task has no storageUri. */
export function objectOf(task: Task, index: number): ObjectName | undefined {
  const storageUri = task.doc.wire['storageUri'];
  if (typeof storageUri !== 'string' || storageUri === '') return undefined;
  const { bucket, name } = storagePlace(storageUri);
  return { bucket, name: `${name}${task.id}/sample_${index}.mp4` };
}

/** `gs://bucket/name` in its parts. */
export function parseGcsUri(uri: string): ObjectName {
  const [bucket = '', ...rest] = uri.slice('gs://'.length).split('/');
  return { bucket, name: rest.join('/') };
}

/** Reads objects for one account. */
export function createStorage(context: EmulatorContext) {
  return {
    /** The local file of an object; undefined when there is none. */
    async find(
      { bucket, name }: ObjectName,
      account: string,
      change: { readonly remade: boolean } = { remade: false },
    ): Promise<{ task: Task; path: string } | undefined> {
      const nowMs = await context.store.now();
      const [, id, index] = /(?:^|\/)(\d+)\/sample_(\d)\.mp4$/.exec(name) ?? [];
      const task = id === undefined ? undefined : await findTask(context, { vendor: 'vertex', id, account }, nowMs);
      if (task === undefined || phaseAt(task.doc, nowMs) !== 'succeeded') return undefined;
      const object = objectOf(task, Number(index));
      if (object?.bucket !== bucket || object.name !== name) return undefined;
      const made = await context.renderings.open(task, Number(index), change);
      return made === undefined ? undefined : { task, path: made.videoPath };
    },
    /** The objects of a bucket whose names start with a prefix, of the last 7 days. */
    async list(
      { bucket, name: prefix }: ObjectName,
      account: string,
    ): Promise<readonly { name: string; task: Task }[]> {
      const nowMs = await context.store.now();
      const window = { vendor: 'vertex', account, fromMs: nowMs - 7 * 86_400_000, toMs: nowMs };
      const tasks = (await listTasks(context, window)).filter((task) => phaseAt(task.doc, nowMs) === 'succeeded');
      const objects = tasks.flatMap((task) =>
        task.doc.recipes.map((_, index) => ({ object: objectOf(task, index), task })),
      );
      return objects.flatMap(({ object, task }) =>
        object?.bucket === bucket && object.name.startsWith(prefix) ? [{ name: object.name, task }] : [],
      );
    },
  };
}
