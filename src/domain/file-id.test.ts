import { expect, test } from 'vitest';
import { fileIdInAddress, parseFileId, spellFileId } from './file-id.ts';

test('an id is read as it is spelled, and nothing else is one', () => {
  expect(parseFileId(spellFileId(249903618210136112n))).toBe(249903618210136112n);
  for (const text of ['file_0', 'file_9223372036854775808', 'file_', 'file-5', 'File_5', '5', 'task_5', 'file_5 ', ''])
    expect(parseFileId(text)).toBeUndefined();
});

test('the address of a file’s content names it, on whatever host', () => {
  expect(fileIdInAddress('https://media.example/v1/files/file_5/content')).toBe(5n);
  expect(fileIdInAddress('http://127.0.0.1:8787/v1/files/file_5/content')).toBe(5n);
  for (const url of [
    'https://media.example/v1/files/file_5',
    'https://media.example/v1/files/task_5/content',
    'https://media.example/x/v1/files/file_5/content',
    'https://media.example/v1/files/file_5/content?expires=1',
    'ftp://media.example/v1/files/file_5/content',
  ])
    expect(fileIdInAddress(url)).toBeUndefined();
});
