import { KEY_ID } from '../../application/admin/api-key.ts';
import {
  type AttemptReport,
  type FullReport,
  GENERATION_ID,
  type GenerationReport,
  type VendorBill,
} from '../../application/admin/generation-report.ts';
import { PROJECT_ID, projectRef } from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import { prefixedId } from '../../domain/prefixed-id.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { wholeSeconds } from './fields.ts';
import { type AttemptAnswer, type ReportAnswer, refundCreate, reportQuery } from './generation-schemas.ts';
import { pageAnswer, pageWish } from './pages.ts';
import { readInput } from './read-input.ts';

const PATH = `${ADMIN}/generations`;
const ATTEMPT_ID = prefixedId('att');

interface OfGeneration {
  readonly Params: { readonly id: string };
}

export const generationRoutes: AddRoutes = (app, { reports }, changeOf) => {
  app.get(PATH, async ({ query }) => {
    const { project, livemode, status, model, ...page } = readInput(reportQuery, query);
    const filter = {
      ...pageWish(page, GENERATION_ID),
      ...(project !== undefined && { project: projectRef(project) }),
      ...(livemode !== undefined && { livemode: livemode === 'true' }),
      ...(status !== undefined && { state: status }),
      ...(model !== undefined && { model }),
    };
    return pageAnswer(await reports.list(filter), showReport);
  });
  app.get<OfGeneration>(`${PATH}/:id`, async ({ params }) => showFull(await reports.find(idOf(params.id))));
  app.post<OfGeneration>(`${PATH}/:id/refund`, async (request) => {
    const { amount_micros: micros, cause } = readInput(refundCreate, request.body);
    const wish = { id: idOf(request.params.id), cause, ...(micros !== undefined && { micros }) };
    return showFull(await reports.refund(wish, changeOf(request)));
  });
};

function idOf(text: string): bigint {
  const id = parseGenerationId(text);
  if (id !== undefined) return id;
  throw new Refusal('not_found', `There is no generation ${text.slice(0, 60)}.`);
}

const showReport = (report: GenerationReport): ReportAnswer => ({
  id: GENERATION_ID.spell(report.id),
  object: 'generation_report',
  project: PROJECT_ID.spell(report.project.id),
  project_name: report.project.name,
  key: KEY_ID.spell(report.keyId),
  livemode: report.livemode,
  dialect: report.dialect,
  model: report.model,
  status: report.state,
  error_code: report.errorCode ?? null,
  created_at: wholeSeconds(report.createdAt),
  ended_at: report.endedAt === undefined ? null : wholeSeconds(report.endedAt),
  money: {
    quoted_micros: report.quotedMicros,
    held_micros: report.heldMicros,
    settled_micros: report.settledMicros ?? null,
    refunded_micros: report.refundedMicros,
    vendor: report.bills.map(showBill),
  },
});

const showBill = ({ attemptId, currency, micros, usdPerUnit, usdMicros, reported }: VendorBill) => ({
  attempt: ATTEMPT_ID.spell(attemptId),
  currency,
  micros,
  usd_per_unit: usdPerUnit,
  usd_micros: usdMicros,
  reported,
});

const showFull = ({ request, attempts, ...report }: FullReport) => ({
  ...showReport(report),
  request,
  attempts: attempts.map(showAttempt),
});

const showAttempt = (attempt: AttemptReport): AttemptAnswer => ({
  id: ATTEMPT_ID.spell(attempt.id),
  channel: attempt.channel,
  provider: attempt.provider,
  model: attempt.model,
  state: attempt.state,
  operation: attempt.operation,
  usage: attempt.usage,
  failure:
    attempt.failure === undefined ? null : { code: attempt.failure.code, vendor: attempt.failure.vendor ?? null },
  version: `ver_${attempt.version}`,
  assigned_at: wholeSeconds(attempt.assignedAt),
  submitted_at: attempt.submittedAt === undefined ? null : wholeSeconds(attempt.submittedAt),
  ended_at: attempt.endedAt === undefined ? null : wholeSeconds(attempt.endedAt),
});
