"""What shops call genders, in the languages whose attributes are known (``shops.ATTRIBUTES``).

Words that name a gender wherever they stand, and such as do only where nothing stands beside them:
*Dam* is Swedish for women, and *Herr* for men, but either is something else inside a title; a
*kinder* fabric is no child's, *Notre Dame* no lady's, and *Comme des Garçons* a brand.
"""

#: Words to the gender they name, in English. ``man``, ``boy`` and ``girl`` are not among them:
#: man-made leather and boy shorts name none.
ENGLISH = {
    'men': 'Men', 'mens': 'Men', 'male': 'Men', 'gentlemen': 'Men', 'gents': 'Men',
    'women': 'Women', 'womens': 'Women', 'female': 'Women', 'ladies': 'Women',
    'unisex': 'Unisex', 'boys': 'Boys', 'girls': 'Girls',
    'kids': 'Kids', 'children': 'Kids', 'childrens': 'Kids',
}


def _by_word(words):
    # Of Greek, the final sigma goes.
    return {word.casefold(): gender for gender, text in words.items() for word in text.split()}


#: The same in other languages: German, French, Italian, Spanish, Portuguese, Dutch; Danish,
#: Norwegian, Swedish, Finnish; Polish, Czech, Slovak, Slovenian, Croatian, Serbian; Hungarian,
#: Romanian; Bulgarian, Russian, Ukrainian; Greek, Turkish; Lithuanian, Latvian, Estonian; Japanese,
#: Chinese, Korean; Vietnamese, Indonesian; Hebrew, Arabic, Persian.
ANYWHERE = _by_word({
    'Women': '''
        damen frauen weiblich femme femmes féminin féminine donna femminile mujer mujeres señora
        señoras dama damas femenino femenina mulher mulheres senhora senhoras feminino feminina
        dames vrouw vrouwen kvinder kvinde damer kvinner kvinne kvinnor kvinna
        naiset nainen naisten naisille
        damskie damska damski kobieta kobiety kobiet ženy žena dámské dámský dámská dámy dámske
        dámsky dámska ženske ženska ženski žene жене женске női nő nők femei femeie doamne
        жени дамски дамска дамско женщины женщинам женщин женское женская женский женские
        жінки жінкам жінок жіноче жіночий жіноча жіночі
        γυναίκα γυναίκες γυναικεία γυναικείο γυναικα γυναικεσ γυναικεια kadın kadin bayan
        moterims moterys sievietēm sievietes naised naistele
        レディース ウィメンズ 女士 女性 女装 女裝 여성 여자 nữ wanita
        נשים نساء نسائي زنانه''',
    'Men': '''
        herren männer männlich homme hommes masculin masculine uomo uomini maschile hombre hombres
        caballero caballeros masculino masculina homem homens heren mannen mænd herrer herre menn
        män herrar miehet miesten miehille
        męskie męska męski mężczyzna mężczyźni mężczyzn muži muž pánské pánský pánská pánske
        pánsky pánska moški moška moške muškarci muški muška muške мушкарци мушке férfi férfiak
        bărbați bărbaţi bărbat barbati
        мъже мъжки мъжка мъжко мужчины мужчинам мужчин мужское мужская мужской мужские
        чоловіки чоловікам чоловіків чоловіче чоловічий чоловіча чоловічі
        άνδρας άντρας άνδρες άντρες ανδρικά ανδρικό αντρικά ανδρασ ανδρεσ αντρεσ ανδρικα erkek
        vyrams vyrai vīriešiem vīrieši mehed meestele
        メンズ 男士 男性 男装 男裝 남성 남자 pria
        גברים رجال رجالي مردانه''',
    'Girls': '''
        mädchen fille filles bambina bambine ragazza ragazze niña niñas menina meninas meisje
        meisjes piger pige jenter jente flickor flicka tytöt tyttöjen
        dziewczynka dziewczynki dziewczynek dziewczęce dívky dívčí dievčatá dievčenské dekleta
        deklice djevojčice девојчице lányok fetițe момичета девочки девочкам девочек дівчата
        дівчатам κορίτσι κορίτσια κοριτσι κοριτσια mergaitėms meitenēm tüdrukud
        tüdrukutele 女童 여아 בנות''',
    'Boys': '''
        bambino ragazzo niño menino meninos jongens drenge dreng pojkar pojke pojat poikien
        chłopiec chłopcy chłopców chłopięce chlapci chlapecké chlapčenské dečki dječaci дечаци
        fiúk băieți băieţi момчета мальчики мальчикам мальчиков хлопці хлопчики хлопчикам
        αγόρι αγόρια αγορι αγορια berniukams zēniem poisid poistele 男童 남아 בנים''',
    'Kids': '''
        enfants bambini ragazzi niños infantil crianças kinderen børn lapset lasten
        dziecko dzieci dziecięce děti dětské deti detské otroci otroška otroške djeca dječje деца
        dečje gyerek gyerekek copii детски детска дети детям детское детская детские діти дітям
        дитяче дитячі παιδιά παιδικά παιδια παιδικα çocuk vaikams bērniem lapsed lastele
        キッズ 儿童 兒童 童装 童裝 아동 키즈 ילדים أطفال بچگانه''',
    'Unisex': 'унисекс унісекс uniseks ユニセックス 남녀공용',
})
#: What names a gender where it is all that is said.
ALONE = _by_word({
    'Women': 'woman frau dame dam donne panie 女 ผู้หญิง',
    'Men': 'man mann herr mand mies señor senhor panowie 男 nam ผู้ชาย',
    'Girls': 'girl lány fete kız',
    'Boys': 'boy jungen junge jongen garçon garçons gutter gutt fiú',
    'Kids': 'kid child kinder enfant criança barn anak เด็ก',
    'Unisex': 'mixte unisexe unissex',
})
