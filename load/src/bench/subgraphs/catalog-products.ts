/** The products of the catalog that is measured by itself, as it answers them. */
export const catalogProducts = Array.from({ length: 100 }, (_, index) => {
  const id = `prd_${idDigits(index, '3zw00')}`;
  return {
    id,
    title: `The product ${id}`,
    description: 'Keeps. '.repeat(6),
    price: { minorUnits: 999 + 100 * index, currency: 'EUR' },
    weightGrams: 100 + 10 * (index % 9),
    status: index % 7 === 0 ? 'WITHDRAWN' : 'ACTIVE',
    merchantId: `usr_${idDigits(index, '00000')}`,
    categoryId: `cat_${idDigits(index % 10, '3zw00')}`,
  };
});

/** @param place the digits of what an id says besides its time: of the catalog's shard, or of the first one of users */
function idDigits(index: number, place: string): string {
  return `00gqg3${String(index).padStart(2, '0')}${place}`;
}
