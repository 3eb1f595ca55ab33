<?xml version="1.0" encoding="utf-8"?>
<datastore><totalrecord>4</totalrecord><totalpage>2</totalpage><recordset>
<record><![CDATA[<li><a href="../../../art/2020/1/19/art_6924_1280417.html" title="临洮县漫洼乡人民政府2019年政府信息公开工作年度报告" target="_blank">临洮县漫洼乡人民政府2019年政府信息公开工作年度报告</a><span>2020-01-19</span></li>]]></record>
<record><![CDATA[<li><a href="../../../col/col6924/zfxxgkzn.html" title="临洮县漫洼乡人民政府政府信息公开指南" target="_blank">临洮县漫洼乡人民政府政府信息公开指南</a><span>2020-05-15</span></li>]]></record>
</recordset></datastore>
