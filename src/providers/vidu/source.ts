/** Where the facts about all models of Vidu are from: the newest EN pages. */
export const SOURCE = { page: 'Vidu: model matrix, request parameters', date: '2026-08-13' } as const;
