import type { FastifyPluginCallback } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface HealthParts {
  /** What is not ready, in words; empty when all is. */
  readonly unready: () => Promise<readonly string[]>;
  /** Figures read when asked for, by metric name. */
  readonly figures: () => Promise<Readonly<Record<string, number>>>;
}

/** `/healthz` (alive), `/readyz` (ready), `/metrics` (Prometheus text). None needs a key. */
export const healthRoutes =
  ({ unready, figures }: HealthParts): FastifyPluginCallback =>
  (app, _options, done) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry, prefix: 'onereel_' });
    const requests = new Histogram({
      name: 'onereel_http_request_seconds',
      help: 'Time to answer, by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [registry],
    });
    const gauges = new Map<string, Gauge>();
    app.addHook('onResponse', async (request, reply) => {
      requests.observe(
        { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
    });
    app.get('/healthz', async () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      const missing = await unready();
      return reply
        .status(missing.length > 0 ? 503 : 200)
        .send({ status: missing.length > 0 ? 'not ready' : 'ready', missing });
    });
    app.get('/metrics', async (_request, reply) => {
      for (const [name, value] of Object.entries(await figures().catch(() => ({})))) {
        const gauge = gauges.get(name) ?? new Gauge({ name, help: name.replaceAll('_', ' '), registers: [registry] });
        gauges.set(name, gauge);
        gauge.set(value);
      }
      return reply.type(registry.contentType).send(await registry.metrics());
    });
    done();
  };
