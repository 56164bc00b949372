import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PlainTrouble } from './refusal.ts';

const OPERATIONS = ['create', 'poll', 'list', 'cancel', 'download', 'token'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const FaultRule = z.strictObject({
  vendor: z.enum(['vidu', 'ark', 'vertex']).optional(),
  operation: z.enum(OPERATIONS),
  kind: z.enum([
    '429', // the vendor's "too many requests"; nothing is done
    '500-before', // internal error; nothing is done
    '500-after', // it is done, then the answer is an internal error
    'drop-before', // the connection is cut; nothing is done
    'drop-after', // it is done, then the connection is cut without an answer
    'hang', // the request waits `seconds` (30), then is served as usual, even if the caller has left
    'unknown-state', // create and poll: the answer names a state that no page knows
    'no-video', // create: ends as success without a video; poll: this answer does
    'wrong-size', // create: the video has other pixels than asked; download: the body ends half way
    'cut', // download: after a `share` (0.5) of the body the line falls silent, and is cut `seconds` (0) later
    'remade', // download: another video (of the next seed; not with stock clips) has taken the file's place
    'not-video', // download: a page of text comes in place of the video, whole and with status 200
    'late', // create: the task ends `seconds` (10) later than planned
  ]),
  times: z.int().min(1).default(1),
  seconds: z.number().min(0).optional(),
  share: z.number().min(0).max(1).optional(),
  /** Only for requests about this task. */
  id: z.string().optional(),
  /** Only for requests whose body contains this text. */
  match: z.string().optional(),
});
export type FaultRule = z.infer<typeof FaultRule>;

interface FaultMoment {
  readonly vendor: string;
  readonly operation: Operation;
  readonly id: string | undefined;
  readonly body: unknown;
}

function applies(rule: FaultRule, moment: FaultMoment): boolean {
  return (
    rule.operation === moment.operation &&
    (rule.vendor ?? moment.vendor) === moment.vendor &&
    (rule.id === undefined || rule.id === moment.id) &&
    (rule.match === undefined || (JSON.stringify(moment.body) ?? '').includes(rule.match))
  );
}

/** The list of faults to come. Each is used up `times` times, oldest first. */
export function createFaults() {
  let rules: readonly FaultRule[] = [];
  return {
    add: (rule: FaultRule): void => {
      rules = [...rules, rule];
    },
    list: (): readonly FaultRule[] => rules,
    clear: (): void => {
      rules = [];
    },
    take(moment: FaultMoment): FaultRule | undefined {
      const rule = rules.find((candidate) => applies(candidate, moment));
      if (rule === undefined) return undefined;
      rules = rules
        .map((each) => (each === rule ? { ...each, times: each.times - 1 } : each))
        .filter((each) => each.times > 0);
      return rule;
    },
  };
}
export type Faults = ReturnType<typeof createFaults>;

/** A route's work: gives the answer's body. It honours the kinds of fault that only it can (states, videos, lateness). */
export type FaultyHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
  fault: FaultRule | undefined,
) => Promise<unknown>;

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

function idOf(request: FastifyRequest): string | undefined {
  const params = request.params;
  const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Wraps handlers so that faults happen around them. `trouble` words a failure as the vendor does and throws it. */
export function createFaultyRoutes(deps: {
  readonly vendor: string;
  readonly faults: Faults;
  readonly trouble: (kind: PlainTrouble) => never;
}) {
  return (operation: Operation, handler: FaultyHandler) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const moment = { vendor: deps.vendor, operation, id: idOf(request), body: request.body };
      const fault = deps.faults.take(moment);
      if (fault?.kind === '429') deps.trouble('too_many');
      if (fault?.kind === '500-before') deps.trouble('internal');
      if (fault?.kind === 'drop-before') return cut(request, reply);
      if (fault?.kind === 'hang') await sleep(fault.seconds ?? 30);
      const answer = await handler(request, reply, fault);
      const lost = fault?.kind === '500-after' || fault?.kind === 'drop-after';
      if (lost && answer instanceof Readable) answer.destroy();
      if (fault?.kind === '500-after') deps.trouble('internal');
      return fault?.kind === 'drop-after' ? cut(request, reply) : answer;
    };
}
