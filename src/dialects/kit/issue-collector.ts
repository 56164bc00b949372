import { Refusal, refusalOf } from '../../application/refusal.ts';
import type { Issue } from '../../domain/issue.ts';

/** Gathers what is wrong with the fields of a body, so that a caller hears of all of it at once. */
export interface IssueCollector {
  /** What was read; undefined when the field was refused. What is no refusal of a field passes. */
  attempt<T>(read: () => T): T | undefined;
  /** Throws a Refusal when anything was refused. */
  refuseIfAny(): void;
}

export function collectIssues(): IssueCollector {
  const issues: Issue[] = [];
  return {
    attempt: (read) => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof Refusal) || error.issues.length === 0) throw error;
        issues.push(...error.issues);
        return undefined;
      }
    },
    refuseIfAny: () => {
      if (issues.length > 0) throw refusalOf(issues);
    },
  };
}
