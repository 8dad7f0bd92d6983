/** Titles and texts of reviews by rating, from 1 to 5. */
export const REVIEW_TITLES: Readonly<Record<number, readonly string[]>> = {
  1: ['Broke within a week', 'Not what was shown', 'Sent it back'],
  2: ['Expected more', 'Works, but barely', 'Too dear for what it is'],
  3: ['It is all right', 'Does its job', 'Good idea, average finish'],
  4: ['Very good, small flaws', 'Happy with it', 'Would buy again'],
  5: ['Exactly right', 'Better than I hoped', 'Use it every day'],
};

export const REVIEW_SENTENCES: Readonly<Record<number, readonly string[]>> = {
  1: [
    'It came apart the second time I used it.',
    'The colour has nothing to do with the picture.',
    'The seller was helpful, at least.',
  ],
  2: [
    'The material feels thinner than I thought.',
    'It does what it says, but only just.',
    'There are better ones for the same money.',
  ],
  3: [
    'Nothing to complain about, nothing to praise.',
    'It took a while to arrive.',
    'For now and then it is good enough.',
  ],
  4: [
    'Well made and well packed.',
    'One screw was missing and came by post two days later.',
    'My neighbour has ordered one too.',
  ],
  5: [
    'I have used it daily for two months and it looks like new.',
    'The quality is outstanding.',
    'It was here the next day.',
  ],
};
