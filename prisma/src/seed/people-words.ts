/** The vocabulary of people in the seed data. */

export const FIRST_NAMES = words(`
  Ada Aisha Alma Amir Ana Anton Aylin Ben Bruno Carla Chiara Clara Daniel Diego Elena Elias Emma Erik
  Fatima Felix Finn Frida Greta Hana Hugo Ida Ines Ivo Jana Jonas Julia Kaan Karim Katja Lara Lena Leo
  Lina Luca Maja Marco Marta Mateo Mila Mina Nadia Nils Noah Nora Olga Omar Oskar Paula Pia Rafael Rosa
  Ruth Samir Sofia Sven Tara Theo Tomas Vera Viktor Yara Yusuf Zoe
`);

export const LAST_NAMES = words(`
  Andersen Bakker Bauer Becker Berg Bianchi Brandt Costa Demir Dubois Eriksen Fernandez Fischer Garcia
  Haas Hansen Horvat Jansen Kaya Keller Kovacs Larsen Laurent Lopez Marino Martin Mayer Moreau Nagy Novak
  Nowak Petit Popescu Ricci Rossi Ruiz Schmid Silva Simon Torres Varga Vermeer Visser Vogel Weber Wolf
  Yilmaz Ziegler
`);

/** Where orders go; a country that comes more often is named more often. */
export const COUNTRIES = words('DE DE DE FR FR ES IT NL AT BE PL SE DK PT');

export const BIOS: readonly string[] = [
  'Cooks too much, throws nothing away.',
  'Rides to work whatever the weather.',
  'Collects maps and gets lost anyway.',
  'Two cats, one balcony, forty plants.',
  'Buys second-hand when possible.',
  'Reads on trains.',
  'Always on the way up some mountain.',
  'Fixes things, most of the time.',
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
