import { defineProvider, type Provider } from '../../domain/provider.ts';
import { commonSettings, settingsSchema } from '../kit/settings.ts';
import { VEO_MODELS } from './models.ts';
import { poll } from './poll.ts';
import { VEO_PRICING } from './prices.ts';
import { authorize, type ServiceAccount, serviceAccount } from './service-account.ts';
import { submit } from './submit.ts';
import { PROJECT_OF_THE_ACCOUNT, type VertexOperation, vertexOperation, vertexSettingsShape } from './wire.ts';

/**
 * Veo on Google Vertex AI. No list and no cancel exist. The region is part of the host: a channel with another `location`
 * overrides the origin `api` too.
 */
export const vertex: Provider = defineProvider<VertexOperation, ServiceAccount>({
  id: 'vertex',
  name: 'Google Vertex AI',
  origins: {
    api: 'https://us-central1-aiplatform.googleapis.com',
    token: 'https://oauth2.googleapis.com',
    storage: 'https://storage.googleapis.com',
  },
  currency: 'USD',
  // Chosen: Google limits requests per minute (50 per model and region), not running work.
  // No limit is published: chosen, for the largest source video as base64.
  bodyBytes: 140_000_000,
  concurrency: 10,
  models: VEO_MODELS,
  settings: settingsSchema({ ...commonSettings(VEO_MODELS.map(({ id }) => id)), ...vertexSettingsShape }),
  credentials: serviceAccount,
  authorize,
  sign(request, { project_id }, { accessToken }) {
    if (accessToken === undefined) throw new Error('a request to Vertex needs an access token');
    const project = `projects/${encodeURIComponent(project_id)}/`;
    return {
      ...request,
      path: `/${request.path.slice(1).replace(`projects/${PROJECT_OF_THE_ACCOUNT}/`, () => project)}`,
      headers: { ...request.headers, authorization: `Bearer ${accessToken}` },
    };
  },
  operation: vertexOperation,
  submit,
  poll,
  // Chosen: Google documents 11 s to 6 min, and no limit after which an operation is given up.
  horizonSeconds: () => 3600,
  ...VEO_PRICING,
});
