/**
 * Plain modern prose written for the self-test: the same scene in each of the catalogue's languages, by their English
 * names, and in some others. A trained model finds it mildly surprising, a broken one finds every word surprising.
 */
export const paragraphs = {
  English:
    'The old house stood at the end of the road, and nobody in the village could remember who had built it. In the ' +
    'summer the children played in the garden, and in the winter the snow lay on the roof until the end of March. When ' +
    'the new family moved in, they painted the door blue, planted two apple trees by the gate, and invited everyone ' +
    'who lived nearby to come over for a cup of tea.',
  German:
    'Das alte Haus stand am Ende der Straße, und niemand im Dorf konnte sich daran erinnern, wer es gebaut hatte. Im ' +
    'Sommer spielten die Kinder im Garten, und im Winter lag der Schnee bis Ende März auf dem Dach. Als die neue Familie ' +
    'einzog, strich sie die Tür blau, pflanzte zwei Apfelbäume neben das Tor und lud alle, die in der Nähe wohnten, auf ' +
    'eine Tasse Tee ein.',
  French:
    'La vieille maison se trouvait au bout de la route, et personne au village ne se souvenait de celui qui l’avait ' +
    'construite. En été, les enfants jouaient dans le jardin, et en hiver, la neige restait sur le toit jusqu’à la fin du ' +
    'mois de mars. Quand la nouvelle famille est arrivée, elle a peint la porte en bleu, a planté deux pommiers près du ' +
    'portail et a invité tous les voisins à prendre une tasse de thé.',
  Spanish:
    'La vieja casa estaba al final del camino, y nadie en el pueblo recordaba quién la había construido. En verano los ' +
    'niños jugaban en el jardín, y en invierno la nieve cubría el tejado hasta finales de marzo. Cuando llegó la nueva ' +
    'familia, pintó la puerta de azul, plantó dos manzanos junto a la entrada e invitó a todos los vecinos a tomar una ' +
    'taza de té.',
  Portuguese:
    'A velha casa ficava no fim da estrada, e ninguém na aldeia se lembrava de quem a tinha construído. No verão as ' +
    'crianças brincavam no jardim, e no inverno a neve ficava no telhado até ao fim de março. Quando a nova família ' +
    'chegou, pintou a porta de azul, plantou duas macieiras junto ao portão e convidou todos os vizinhos para uma chávena ' +
    'de chá.',
  Italian:
    'La vecchia casa si trovava alla fine della strada, e nessuno nel paese ricordava chi l’avesse costruita. D’estate i ' +
    'bambini giocavano in giardino, e d’inverno la neve restava sul tetto fino alla fine di marzo. Quando arrivò la nuova ' +
    'famiglia, dipinse la porta di blu, piantò due meli vicino al cancello e invitò tutti i vicini a bere una tazza di tè.',
  Dutch:
    'Het oude huis stond aan het einde van de weg, en niemand in het dorp kon zich herinneren wie het had gebouwd. In de ' +
    'zomer speelden de kinderen in de tuin, en in de winter lag er tot eind maart sneeuw op het dak. Toen het nieuwe gezin ' +
    'er kwam wonen, schilderde het de deur blauw, plantte twee appelbomen bij het hek en nodigde iedereen in de buurt uit ' +
    'voor een kopje thee.',
  Polish:
    'Stary dom stał na końcu drogi i nikt we wsi nie pamiętał, kto go zbudował. Latem dzieci bawiły się w ogrodzie, a zimą ' +
    'śnieg leżał na dachu do końca marca. Kiedy wprowadziła się nowa rodzina, pomalowała drzwi na niebiesko, posadziła ' +
    'przy bramie dwie jabłonie i zaprosiła wszystkich sąsiadów na filiżankę herbaty.',
  Czech:
    'Starý dům stál na konci cesty a nikdo ve vesnici si nepamatoval, kdo ho postavil. V létě si děti hrály na zahradě a ' +
    'v zimě ležel na střeše sníh až do konce března. Když se nastěhovala nová rodina, natřela dveře na modro, zasadila u ' +
    'brány dvě jabloně a pozvala všechny sousedy na šálek čaje.',
  Finnish:
    'Vanha talo seisoi tien päässä, eikä kukaan kylässä muistanut, kuka sen oli rakentanut. Kesällä lapset leikkivät ' +
    'puutarhassa, ja talvella lumi pysyi katolla maaliskuun loppuun asti. Kun uusi perhe muutti taloon, se maalasi oven ' +
    'siniseksi, istutti portin viereen kaksi omenapuuta ja kutsui kaikki naapurit teelle.',
  Turkish:
    'Eski ev yolun sonunda duruyordu ve köyde kimse onu kimin yaptığını hatırlamıyordu. Yazın çocuklar bahçede oynardı, ' +
    'kışın ise kar mart ayının sonuna kadar çatıda kalırdı. Yeni aile taşındığında kapıyı maviye boyadı, bahçe kapısının ' +
    'yanına iki elma ağacı dikti ve bütün komşuları bir fincan çaya davet etti.',
  Vietnamese:
    'Ngôi nhà cũ nằm ở cuối con đường, và không ai trong làng nhớ ai đã xây nó. Mùa hè, trẻ em chơi trong vườn, còn mùa ' +
    'đông thì trời rất lạnh cho đến cuối tháng ba. Khi gia đình mới chuyển đến, họ sơn cửa màu xanh, trồng hai cây táo bên ' +
    'cổng và mời tất cả hàng xóm sang uống trà.',
  Russian:
    'Старый дом стоял в конце дороги, и никто в деревне не помнил, кто его построил. Летом дети играли в саду, а зимой снег ' +
    'лежал на крыше до конца марта. Когда приехала новая семья, она покрасила дверь в синий цвет, посадила у ворот две ' +
    'яблони и пригласила всех соседей на чашку чая.',
} as const;

export type Language = keyof typeof paragraphs;

/** The language of a catalogue entry such as `German (Deutsch)`. */
export function languageOf(name: string): Language | undefined {
  return (Object.keys(paragraphs) as Language[]).find((language) => name.startsWith(language));
}
