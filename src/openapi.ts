import packageFile from '../package.json' with { type: 'json' };
import type { RouteDescription } from './application/route-description.ts';
import { PUBLIC_MODELS } from './catalog/public-models.ts';
import { describeUniallRoutes } from './dialects/uniall/describe-routes.ts';
import { UNIALL_PREFIXES } from './dialects/uniall/routes.ts';
import { describeViduRoutes } from './dialects/vidu/describe-routes.ts';
import { describeHttpRoutes } from './http/describe-routes.ts';
import { openApiDocument } from './http/openapi-document.ts';

const DESCRIPTION = `One API for every video model: make a video, ask how far it is, fetch the file.

A live key reaches vendors and costs money; a test key reaches emulated vendors and costs nothing. Neither sees what the
other made.

Every GET also answers HEAD. A path that is not described here answers 404 \`not_found\`, a method that is not offered 405
\`method_not_allowed\`, both in the form of Error, at Vidu’s addresses in that of ViduError. Not supported yet, and answered 400 \`not_supported\`: cancelling
(POST …/{id}/cancel), deleting (DELETE …/{id}), the event stream (GET …/{id}/events), webhook_url, and Prefer: wait.`;

/** Every route that is described. */
export const API_ROUTES: readonly RouteDescription[] = [
  ...describeUniallRoutes(UNIALL_PREFIXES),
  ...describeViduRoutes(),
  ...describeHttpRoutes(UNIALL_PREFIXES),
];

/** The OpenAPI document of everything that is served. */
export const describeApi = (): object =>
  openApiDocument({
    version: packageFile.version,
    description: DESCRIPTION,
    routes: API_ROUTES,
    examples: { ModelName: PUBLIC_MODELS.map(({ id }) => id) },
  });
