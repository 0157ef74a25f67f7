"""Parts of names that say little: what a company is, what joins words, how one is addressed. As `names` writes them."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _listed(
    """
    ab ag anonim anonima anonyme ao aps as asa association ay bhd bv bvba chp co comp company corp corporation dd
    doo ead eeig eirl est establishment ev fe fzc fzco fze gesmbh gie gmbh gmbhco holding holdings inc incorporated ip
    jsc kd kft kg kk ky lda limitada limited limitee llc llp lp ltd ltda mbh nv oao od odoo ojsc ooo ou oy oyj pao pc
    pjsc pk plc pllc private pt pte pty public pvt qsc rt sa sab sae sagl sal saoc sarl sas sasu sc sca sci scs sdn se
    sirket sirketi sl slu snc soc sociedad societa societatea societe spa spj spk spol spolka sprl sro srl sti tbk tdv
    too tov uab ug unlimited wll zao zrt
    """
) | _listed(  # and the parts of those that are written out
    """
    aktiengesellschaft aktsionernoe aktsionerno beschrankter gesellschaft haftung joint limitata mit obshchestvo
    ogranichennoi otkrytoe otvetstvennostyu ownership publichnoe raspundere stock tovaristvo zakrytoe
    """
)
JOINTS = _listed("al and de des du e el et for fur i la le les los of para pour s the und y")
TITLES = _listed("dr frau haji hajj herr miss mlle mme mr mrs ms prof shaikh sheikh sir sr sra")
PARTICLES = _listed("abu al ben bin bint da de del della den der di dos el ibn la le ul van von")
