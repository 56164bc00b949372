import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ChannelConfig } from './config.ts';
import { liveChannel } from './live-channel.ts';

const channel = (provider: string, settings: ChannelConfig['settings'], credentials = {}): ChannelConfig => ({
  place: '/x/onereel.yaml: channels.1',
  name: 'mine',
  provider,
  credentials: { apiKey: 'vda_1', ...credentials },
  origins: {},
  settings,
  concurrency: undefined,
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const account = {
  type: 'service_account',
  project_id: 'p',
  client_email: 'a@p.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

const SECONDS = 'it must be a number of seconds above 0, at most 172800.';
const BUCKET = 'it must be gs://bucket/prefix.';

test.each<[string, ChannelConfig['settings'], string]>([
  ['vidu', { usual: 5 }, '.usual is no setting; it must be one of usual_seconds, models.'],
  ['vidu', { bucket: 'gs://b' }, '.bucket is no setting; it must be one of usual_seconds, models.'],
  ['vidu', { usual_seconds: '5' }, `.usual_seconds is "5"; ${SECONDS}`],
  ['vidu', { usual_seconds: 0 }, `.usual_seconds is 0; ${SECONDS}`],
  ['vidu', { usual_seconds: 1e9 }, `.usual_seconds is 1000000000; ${SECONDS}`],
  ['ark', { models: 'ep-1' }, '.models is "ep-1"; it must be a mapping.'],
  [
    'ark',
    { models: { 'doubao-seedance-2-0-260128': '' } },
    '.models.doubao-seedance-2-0-260128 is ""; it must be the id that the vendor knows the model by, without blanks.',
  ],
  ['vertex', { bucket: '' }, `.bucket is ""; ${BUCKET}`],
  ['vertex', { bucket: 'https://x' }, `.bucket is "https://x"; ${BUCKET}`],
  ['vertex', { bucket: 7 }, `.bucket is 7; ${BUCKET}`],
  ['vertex', { project: '..' }, '.project is ".."; it must be the id of a Google Cloud project.'],
  ['vertex', { location: '' }, '.location is ""; it must be a region of Google Cloud, such as us-central1.'],
  [
    'vertex',
    { buckett: 'gs://b' },
    '.buckett is no setting; it must be one of usual_seconds, models, project, location, bucket.',
  ],
])('%s with %j is refused, with the place, the value and what is allowed', (provider, settings, words) => {
  const credentials = provider === 'vertex' ? account : {};
  expect(() => liveChannel(channel(provider, settings, credentials))).toThrow(
    `/x/onereel.yaml: channels.1.settings${words}`,
  );
});

test('a model that the vendor does not have is refused, with those that it has', () => {
  expect(() => liveChannel(channel('vidu', { models: { viduq9: 'mine' } }))).toThrow(
    /channels\.1\.settings\.models\.viduq9 is no setting; it must be one of .*viduq3-pro/,
  );
});

test('settings that a provider knows are kept as they were written', () => {
  const settings = { usual_seconds: 0.5, bucket: 'gs://films/made', models: { 'veo-3.1-generate-001': 'mine' } };
  expect(liveChannel(channel('vertex', settings, account)).settings).toEqual(settings);
});
