import { StartError } from '../lifecycle/start-error.ts';

/** The environment does not fit: `problems` names every variable that is wrong. */
export class EnvironmentError extends StartError {
  override readonly name = 'EnvironmentError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The environment is not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'), { exitCode: 2 });
    this.problems = problems;
  }
}
