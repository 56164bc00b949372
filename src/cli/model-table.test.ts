import { expect, test } from 'vitest';
import type { ModeDescription, ModelDescription } from '../application/model-description.ts';
import { modelTable } from './model-table.ts';

const mode = (seconds: number[], sizes: '720p'[]): ModeDescription => ({
  duration: { allowed: seconds, default: 5 },
  size: { allowed: sizes, default: '720p' },
  aspect_ratio: { allowed: [], default: null },
  prompt: { required: false, max_chars: 100 },
  inputs: [],
  audio: { choice: 'optional', default: true },
  seed: null,
  options: [],
  ignored: [],
});

const line = (
  provider: string,
  micros: number,
  currency: 'USD' | 'CNY' = 'USD',
): ModelDescription['prices'][number] => ({
  provider,
  currency,
  micros,
  per: 'second',
  when: '720p',
  page: '',
  date: '2026-01-01',
});

const model = (more: Partial<ModelDescription>): ModelDescription => ({
  id: 'm',
  object: 'video.model',
  family: 'vidu',
  served_by: [{ provider: 'first', model: 'm' }],
  off_peak: false,
  modes: { text: mode([4, 5, 6], ['720p']) },
  prices: [],
  source: { page: '', date: '' },
  ...more,
});

const rowOf = (more: Partial<ModelDescription>): string => modelTable([model(more)])[1] ?? '';

test('a price is the span of what the first vendor takes', () => {
  const prices = [line('first', 70_000), line('first', 50_000), line('second', 10_000)];
  expect(rowOf({ prices })).toBe('m      text   4–6      720p   $0.05–$0.07 / s');
  expect(rowOf({ prices: prices.slice(1) })).toMatch(/ \$0\.05 \/ s$/);
});

test('a vendor that bills in another currency is not shown as dollars', () => {
  expect(rowOf({ prices: [line('first', 375_000, 'CNY')] })).toMatch(/ 0\.375 CNY \/ s$/);
});

test('the seconds that an extension adds are no length of a video', () => {
  expect(rowOf({ modes: { text: mode([4, 6, 8], ['720p']), extend: mode([7], ['720p']) } })).toContain('  4, 6, 8  ');
});

test('no models make no table', () => {
  expect(modelTable([])).toEqual([]);
});
