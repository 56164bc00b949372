import type { Issue } from '../../domain/issue.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Provider } from '../../domain/provider.ts';
import { describeWords } from '../describe-words.ts';
import { refusalOf } from '../refusal.ts';

/** What of a channel its provider has a word in. */
export interface CheckedChannel {
  readonly provider: Provider;
  readonly credentials?: Json;
  readonly origins?: Readonly<Record<string, string>>;
  readonly settings?: JsonObject;
}

/** Throws the refusal of what the provider cannot use. A value of the credentials is never repeated. */
export function checkChannel(channel: CheckedChannel): void {
  const issues = [...credentialIssues(channel), ...originIssues(channel), ...settingIssues(channel)];
  if (issues.length > 0) throw refusalOf(issues);
}

/** The provider of an id. */
export function findProvider(providers: ReadonlyMap<string, Provider>, id: string): Provider {
  const provider = providers.get(id);
  if (provider) return provider;
  const message = `provider is ${JSON.stringify(id)}; it must be ${describeWords([...providers.keys()])}.`;
  throw refusalOf([{ param: 'provider', code: 'invalid_value', message }]);
}

function credentialIssues({ provider, credentials }: CheckedChannel): readonly Issue[] {
  if (credentials === undefined) return [];
  const parsed = provider.credentials.safeParse(credentials);
  const problems = parsed.success ? [] : parsed.error.issues;
  return problems.map(({ path, message }) => {
    const param = ['credentials', ...path].join('.');
    return { param, code: 'invalid_value', message: `${param} cannot be used for ${provider.name}: ${message}.` };
  });
}

function originIssues({ provider, origins = {} }: CheckedChannel): readonly Issue[] {
  const names = ['*', ...Object.keys(provider.origins)];
  return Object.entries(origins).flatMap(([name, origin]): readonly Issue[] => {
    const param = `origins.${name}`;
    if (!names.includes(name)) {
      const message = `${param} is not known; ${provider.name} has ${describeWords(names)} (* stands for all).`;
      return [{ param, code: 'unsupported_field', message }];
    }
    if (isOrigin(origin)) return [];
    const message = `${param} must be an http or https URL without user, password, query and fragment.`;
    return [{ param, code: 'invalid_value', message }];
  });
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every((part) => part === '');
}

function settingIssues({ provider, settings }: CheckedChannel): readonly Issue[] {
  if (settings === undefined) return [];
  const parsed = provider.settings.safeParse(settings);
  const problems = parsed.success ? [] : parsed.error.issues;
  return problems.map((issue): Issue => {
    const where = ['settings', ...issue.path].join('.');
    if (issue.code === 'unrecognized_keys') {
      const param = `${where}.${issue.keys[0]}`;
      return { param, code: 'unsupported_field', message: `${param} is no setting; it ${issue.message}.` };
    }
    const value = issue.path.reduce<unknown>((inner, key) => Object(inner)[key], settings);
    const message = `${where} is ${JSON.stringify(value) ?? 'nothing'}; it ${issue.message}.`;
    return { param: where, code: 'invalid_value', message };
  });
}
