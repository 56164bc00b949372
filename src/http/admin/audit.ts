import { z } from 'zod';
import type { AuditEntry } from '../../application/admin/audit.ts';
import { prefixedId } from '../../domain/prefixed-id.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { time, wholeSeconds } from './fields.ts';
import { PAGE_QUERY, pageAnswer, pageSchema, pageWish } from './pages.ts';
import { readInput } from './read-input.ts';

const AUDIT_ID = prefixedId('aud');
const WORD = 'a text';

const auditQuery = z.strictObject({
  ...PAGE_QUERY,
  subject: z.string(WORD).optional().describe('What was changed, such as key_123.'),
  action: z.string(WORD).optional().describe('Such as key.created.'),
  actor: z.string(WORD).optional().describe('The admin key, as key_123.'),
});

const auditAnswer = z
  .object({
    id: z.string(),
    object: z.literal('audit_entry'),
    at: time,
    actor: z.string().describe('The admin key, as key_123.'),
    action: z.string(),
    subject: z.string(),
    before: z.unknown().describe('Null where there was nothing.'),
    after: z.unknown(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry', description: 'Who changed what. It never holds a secret, and is never changed.' });
export const auditList = pageSchema(auditAnswer, 'AuditEntryList');

export const auditRoutes: AddRoutes = (app, { auditLog }) => {
  app.get(`${ADMIN}/audit`, async (request) => {
    const { limit, after, subject, action, actor } = readInput(auditQuery, request.query);
    const filter = {
      ...pageWish({ limit, after }, AUDIT_ID),
      ...(subject !== undefined && { subject }),
      ...(action !== undefined && { action }),
      ...(actor !== undefined && { actor }),
    };
    return pageAnswer(await auditLog.list(filter), showEntry);
  });
};

const showEntry = ({ number, at, requestId, actor, action, subject, before, after }: AuditEntry) => ({
  id: AUDIT_ID.spell(number),
  object: 'audit_entry',
  at: wholeSeconds(at),
  actor,
  action,
  subject,
  before,
  after,
  request_id: requestId,
});
